"""The intercept of a regression on two controls with its standard error.

Prints what src/stats/control.rs compares with: ordinary least squares by numpy.
"""

import numpy as np

i = np.arange(9)
a, b, y = i * i % 7 - 2.5, i * 5 % 7 - 3.0, 10.0 + i * 3 % 8
design = np.column_stack([np.ones(9), a, b])
coefficients, residuals, _, _ = np.linalg.lstsq(design, y, rcond=None)
variance = residuals[0] / (9 - 3)
error = np.sqrt(variance * np.linalg.inv(design.T @ design)[0, 0])
print(f"{coefficients[0]:.15f} {error:.15f}")
