"""Writes src/rng/joe_kuo.txt: primitive polynomials and initial direction numbers.

Source: Joe and Kuo (2008), "Constructing Sobol sequences with better two-dimensional
projections", SIAM J. Sci. Comput. 30, 2635-2654; the set new-joe-kuo-6.21201, taken from the
copy that SciPy ships. One line per dimension: the polynomial as an integer (all its bits), then
its initial numbers m1 m2 ... of as many entries as the degree.

usage: python scripts/joe_kuo.py > src/rng/joe_kuo.txt      (needs scipy)
"""

import os

import numpy as np
import scipy.stats

DIMENSIONS = 1000

table = np.load(os.path.join(os.path.dirname(scipy.stats.__file__), "_sobol_direction_numbers.npz"))
for polynomial, numbers in zip(table["poly"][:DIMENSIONS], table["vinit"][:DIMENSIONS]):
    degree = max(int(polynomial).bit_length() - 1, 1)
    print(int(polynomial), *(int(m) for m in numbers[:degree]))
