/* What contrafact.rng does, to the bit. Constants in capitals come from the modules, see tick_in_c.py. */

#include <math.h>
#include <stdint.h>

#define ULP 0x1p-52

typedef struct {
    double first, second;
} pair;

typedef struct {
    uint64_t w0, w1, w2, w3;
} block;

static inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

/* rng.philox */
static inline block philox(uint64_t c0, uint64_t c1, uint64_t c2, uint64_t c3, uint64_t k0, uint64_t k1) {
    const uint64_t mask = 0xFFFFFFFF;
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = 0xD2511F53 * c0, p1 = 0xCD9E8D57 * c2;
        c0 = (p1 >> 32) ^ c1 ^ k0;
        c1 = p1 & mask;
        c2 = (p0 >> 32) ^ c3 ^ k1;
        c3 = p0 & mask;
        k0 = (k0 + 0x9E3779B9) & mask;
        k1 = (k1 + 0xBB67AE85) & mask;
    }
    return (block){c0, c1, c2, c3};
}

/* rng.uniforms */
static inline pair uniforms(const uint64_t *key, uint64_t decision, uint64_t tick, uint64_t entity, uint64_t index) {
    block w = philox(entity, tick, decision, index, key[0], key[1]);
    return (pair){((double)(((w.w0 << 32) | w.w1) >> 12) + 0.5) * ULP,
                  ((double)(((w.w2 << 32) | w.w3) >> 12) + 0.5) * ULP};
}

/* rng.keyed_hash */
static inline uint64_t keyed_hash(uint64_t salt, uint64_t entity) {
    uint64_t z = ((entity + 1) * 0x9E3779B97F4A7C15) ^ salt;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
}

/* rng.salt_of */
static inline uint64_t salt_of(const uint64_t *key, uint64_t decision, uint64_t tick) {
    block w = philox(0xFFFFFFFF, tick, decision, 0xFFFFFFFF, key[0], key[1]);
    return (w.w0 << 32) | w.w1;
}

/* rng.smallest */
static inline int64_t smallest(const uint64_t *key, uint64_t word, int64_t tick, const int32_t *slots, int64_t first,
                               int64_t last, const int32_t *slot_person, int32_t *chosen, uint64_t *hashes, int64_t n) {
    int64_t found = 0;
    if (n == 0) return found;
    uint64_t salt = salt_of(key, word, tick);
    for (int64_t i = first; i < last; i++) {
        uint64_t h = keyed_hash(salt, slot_person[slots[i]]);
        if (found < n || h < hashes[found - 1]) {
            int64_t at = smaller(found, n - 1);
            found = smaller(found + 1, n);
            for (; at > 0 && hashes[at - 1] > h; at--) {
                hashes[at] = hashes[at - 1];
                chosen[at] = chosen[at - 1];
            }
            hashes[at] = h;
            chosen[at] = slots[i];
        }
    }
    return found;
}

/* rng.normal_quantile */
static inline double normal_quantile(double u) {
    if (u < 0.02425 || u > 0.97575) {
        double q = sqrt(-2.0 * log(u < 1.0 - u ? u : 1.0 - u));
        double top =
            ((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q - 2.549732539343734) *
                 q + 4.374664141464968) * q + 2.938163982698783;
        double bottom =
            (((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q + 3.754408661907416) *
                q + 1.0;
        return u < 0.5 ? top / bottom : -top / bottom;
    }
    double q = u - 0.5, r = q * q;
    double top =
        (((((-3.969683028665376e01 * r + 2.209460984245205e02) * r - 2.759285104469687e02) * r +
           1.383577518672690e02) * r - 3.066479806614716e01) * r + 2.506628277459239) * q;
    double bottom =
        ((((-5.447609879822406e01 * r + 1.615858368580409e02) * r - 1.556989798598866e02) * r +
          6.680131188771972e01) * r - 1.328068155288572e01) * r + 1.0;
    return top / bottom;
}

/* rng.poisson */
static inline int64_t poisson(double mean, double u) {
    if (mean <= 0.0) return 0;
    double summed = mean < 200.0 ? mean : 200.0;
    double term = exp(-summed), total = term;
    int64_t count = 0;
    while (u > total) {
        count += 1;
        term *= summed / (double)count;
        if (total + term == total) break; /* rounding keeps the sum below u */
        total += term;
    }
    if (mean > 200.0) {
        double z = normal_quantile(u);
        int64_t normal = (int64_t)floor(mean + sqrt(mean) * z + (z * z - 1.0) / 6.0 + 0.5);
        if (normal > count) count = normal;
    }
    return count;
}
