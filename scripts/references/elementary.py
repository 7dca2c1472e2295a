"""Coefficients of the elementary functions in src/math.rs and src/rng/polar.rs.

Prints Rust constants, lowest power first, and the largest error of each approximation before
rounding to double precision, found on a fine grid with 50 digits.

- exp: (r coth(r / 2) - 2) / r^2 in r^2 for |r| <= ln 2 / 2, at Chebyshev nodes;
- the center of the normal quantile: z / q as a rational function of CENTER^2 - q^2, q = u - 1/2,
  interpolated where the errors of the best rational function of a branch cut vanish (images of
  equidistant points under the Jacobi function sn);
- the normal distribution function: its tail over e^(-x^2 / 2) t with t = 4 / (4 + x), as a
  Chebyshev sum in 2 t - 1;
- the polar map, in single precision: -4 artanh(s) / s in s^2, sin(pi/2 f) / f and cos(pi/2 f) in
  f^2, |f| <= 1/2, at Chebyshev nodes.

usage: python scripts/references/elementary.py      (needs mpmath)
"""

import struct

from mpmath import (
    acos, atanh, chebyfit, cos, coth, ellipfun, ellipk, erfc, erfinv, exp, log, lu_solve, matrix, mp, mpf, nstr, pi,
    polyval, sin, sqrt,
)

mp.dps = 50


def show(name, coefficients, kind="f64"):
    print(f"const {name}: [{kind}; {len(coefficients)}] = [")
    for c in coefficients:
        print(f"    {float(c)!r},")
    print("];")


def single(x):
    return mpf(struct.unpack("f", struct.pack("f", float(x)))[0])


def polynomial(name, function, low, high, degree, scale, kind="f64"):
    """`scale(x)` turns an error of the function into the error that matters."""
    fitted = chebyfit(function, [low, high], degree + 1)
    if kind == "f32":
        fitted = [single(c) for c in fitted]
    grid = [low + (high - low) * (mpf(i) + mpf("0.37")) / 500 for i in range(500)]
    error = max(abs((polyval(fitted, x) - function(x)) * scale(x)) for x in grid)
    print(f"// {name}: error {nstr(error, 2)}")
    show(name, fitted[::-1], kind)


def exponential():
    half = log(2) / 2 * mpf("1.001")
    rest = lambda y: (sqrt(y) * coth(sqrt(y) / 2) - 2) / y if y > mpf(10) ** -25 else mpf(1) / 6
    # e^r = 1 + r + r c / (2 - c) with c = r - y P(y): an error of P counts about y r / 2.
    polynomial("EXP_RATIO", rest, mpf(0), half**2, 4, lambda y: y ** mpf("1.5") / 2)


def center(degree, smallest):
    half = mpf(1) / 2 - mpf(smallest)
    widest = half**2
    slope = lambda q: sqrt(mpf(2)) * erfinv(2 * q) / q
    quarter = ellipk(widest * 4)
    square = lambda x: widest * ellipfun("sn", quarter * x, m=widest * 4) ** 2
    count = 2 * degree + 1
    left, right = matrix(count, count), matrix(count, 1)
    for i in range(count):
        x = square(mpf(2 * i + 1) / (2 * count))
        value, r = slope(sqrt(x)), widest - x
        for k in range(degree + 1):
            left[i, k] = r**k
        for k in range(1, degree + 1):
            left[i, degree + k] = -value * r**k
        right[i] = value
    c = lu_solve(left, right)
    numerator = [c[k] for k in range(degree + 1)]
    denominator = [mpf(1)] + [c[degree + k] for k in range(1, degree + 1)]
    error = 0
    for i in range(500):
        x = square((mpf(i) + mpf("0.37")) / 500)
        r = widest - x
        ratio = polyval(numerator[::-1], r) / polyval(denominator[::-1], r)
        error = max(error, abs(ratio / slope(sqrt(x)) - 1))
    print(f"// CENTER {nstr(half, 5)}: relative error {nstr(error, 2)}")
    show("CENTER_NUMERATOR", numerator)
    show("CENTER_DENOMINATOR", denominator)


def polar():
    s = (sqrt(mpf(2)) - 1) / (sqrt(mpf(2)) + 1)
    tiny = mpf(10) ** -20
    log_of = lambda z: -4 * atanh(sqrt(z)) / sqrt(z) if z > tiny else mpf(-4)
    polynomial("LOGARITHM", log_of, mpf(0), s**2 * mpf("1.001"), 3, lambda z: mpf(1) / 4, "f32")
    sine = lambda y: sin(pi / 2 * sqrt(y)) / sqrt(y) if y > tiny else pi / 2
    polynomial("SINE", sine, mpf(0), mpf("0.2501"), 3, lambda y: mpf(1), "f32")
    cosine = lambda y: cos(pi / 2 * sqrt(y))
    polynomial("COSINE", cosine, mpf(0), mpf("0.2501"), 4, lambda y: mpf(1), "f32")


def distribution(count, nodes=400):
    scale = 4
    asymptotic = lambda x: (x + scale) / (scale * x * sqrt(2 * pi)) * (
        1 - x**-2 + 3 * x**-4 - 15 * x**-6 + 105 * x**-8)
    ratio = lambda x: exp(x * x / 2) * erfc(x / sqrt(mpf(2))) / 2 * (scale + x) / scale
    angles = [pi * (mpf(k) + mpf(1) / 2) / nodes for k in range(nodes)]
    far = lambda x: asymptotic(x) if x > 10**4 else ratio(x)
    values = [far(scale * (2 / (cos(a) + 1) - 1)) for a in angles]
    fitted = [2 * sum(v * cos(j * a) for v, a in zip(values, angles)) / nodes for j in range(count)]
    fitted[0] /= 2
    error = 0
    for i in range(800):
        x = mpf(i) / 20
        turned = acos(mpf(2) * scale / (scale + x) - 1)
        value = sum(c * cos(j * turned) for j, c in enumerate(fitted))
        error = max(error, abs(value / ratio(x) - 1))
    print(f"// CDF: relative error {nstr(error, 2)}")
    show("CDF", fitted)


exponential()
distribution(24)
center(11, "0.01")
polar()
