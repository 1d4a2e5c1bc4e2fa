/* Joining once more, in C: what contrafact.model.participation.join does, to the bit.

   gcc -O3 -march=native -fopenmp -ffp-contract=off -shared -fPIC. One thread: a replication uses one. The types are
   those of the arrays that the engine holds; sides/participation.py checks them. */

#include <math.h>
#include <stdint.h>

#define BOXES 16
#define LARGEST 345.0

enum { FULL = -2147483647 - 1 };

typedef struct {
    double first, second;
} pair;

static inline pair uniforms(const uint64_t *key, uint64_t decision, uint64_t tick, uint64_t entity, uint64_t index) {
    uint64_t c0 = entity, c1 = tick, c2 = decision, c3 = index, k0 = key[0], k1 = key[1];
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
    pair u = {((double)(((c0 << 32) | c1) >> 12) + 0.5) * 0x1p-52, ((double)(((c2 << 32) | c3) >> 12) + 0.5) * 0x1p-52};
    return u;
}

static inline double cut_exp(double y) { return exp(y < LARGEST ? y : LARGEST); }

/* Inverse distribution function; the means of a cell and a tick are below 200, where the engine's is exact. */
static inline int64_t poisson(double mean, double u) {
    if (mean <= 0.0) return 0;
    if (mean > 200.0) return -1;
    double term = exp(-mean), total = term;
    int64_t count = 0;
    while (u > total) {
        count += 1;
        term *= mean / (double)count;
        if (total + term == total) break;
        total += term;
    }
    return count;
}

static inline double trait(const double *edges, double u) { return edges[0] + (edges[1] - edges[0]) * u; }

static int64_t choose_site(int64_t sites, int64_t cells, const double *pull, const double *weight, int64_t c, double u) {
    double total = 0.0;
    for (int64_t s = 0; s < sites; s++) total += pull[s * cells + c] * weight[s];
    double left = u * total;
    for (int64_t s = 0; s < sites; s++) {
        left -= pull[s * cells + c] * weight[s];
        if (left < 0.0) return s;
    }
    return sites - 1;
}

int64_t join(const uint64_t *key, int64_t tick, double dt, double rate, double noise, double threshold, double eta,
             double severity, int64_t cells, int64_t sites, const uint64_t *words, const double *legitimacy,
             const double *fear, const double *exposure, const double *network, const double *risk,
             const int32_t *class_count, const int64_t *by_hardship, const int64_t *first_resident,
             const int64_t *district, const double *hardship, const double *aversion, const uint8_t *status,
             const double *pull, const double *weight, int32_t *person, uint8_t *new, double *time, int32_t *where,
             int32_t *payload, double *detail, int64_t n, int64_t room) {
    double over_h[BOXES], over_r[BOXES], rows[BOXES];
    for (int64_t c = 0; c < cells; c++) {
        int64_t residents = first_resident[c + 1] - first_resident[c];
        if (residents == 0) continue;
        const double *edges_h = hardship + district[c] * (BOXES + 1), *edges_r = aversion + district[c] * (BOXES + 1);
        const int32_t *count = class_count + c * BOXES * BOXES;
        const int64_t *across = by_hardship + c * BOXES;
        double gain = 1.0 - legitimacy[c];
        double dread = severity * (1.0 + fear[c]) * risk[c];
        double push = exposure[c] + eta * (1.0 - network[c]) - threshold;
        double u = uniforms(key, words[0], tick, c, 0).first;
        double rare = -log(u) / (rate * dt) / (1.0 + 1e-9);
        double least = dread * edges_r[0] - push;
        if (rare >= (double)residents / (1.0 + cut_exp((least - gain * edges_h[BOXES]) / noise))) continue;
        double at_most = 0.0;
        for (int a = 0; a < BOXES; a++)
            at_most += (double)across[a] / (1.0 + cut_exp((least - gain * edges_h[a + 1]) / noise));
        if (rare >= at_most) continue;
        double base = cut_exp(-push / noise);
        for (int a = 0; a < BOXES; a++) {
            over_h[a] = base * cut_exp(-gain * edges_h[a + 1] / noise);
            over_r[a] = cut_exp(dread * edges_r[a] / noise);
            rows[a] = 0.0;
        }
        for (int a = 0; a < BOXES; a++)
            for (int b = 0; b < BOXES; b++) rows[b] += (double)count[a * BOXES + b] / (1.0 + over_h[a] * over_r[b]);
        double total = 0.0;
        for (int b = 0; b < BOXES; b++) {
            rows[b] *= rate;
            total += rows[b];
        }
        int64_t rings = poisson(total * dt, u);
        if (rings < 0) return -1 - c;
        for (int64_t ring = 0; ring < rings; ring++) {
            pair who = uniforms(key, words[1], tick, c, ring);
            double left = who.first * total, bound = 0.0;
            int a = -1, b = 0;
            while (b < BOXES - 1 && left >= rows[b]) left -= rows[b++];
            for (int row = 0; row < BOXES; row++) {
                int64_t among = count[row * BOXES + b];
                if (among > 0) {
                    a = row;
                    bound = rate / (1.0 + over_h[row] * over_r[b]);
                    left -= (double)among * bound;
                    if (left < 0.0) break;
                }
            }
            if (a < 0) continue;
            int64_t before = 0, among = count[a * BOXES + b];
            for (int row = 0; row < a; row++) before += across[row];
            for (int column = 0; column < b; column++) before += count[a * BOXES + column];
            int64_t rank = (int64_t)(who.second * (double)among);
            int64_t i = first_resident[c] + before + (rank < among - 1 ? rank : among - 1);
            if (status[i] != 0) continue;
            pair traits = uniforms(key, words[2], 0, i, 0);
            double h = trait(edges_h + a, traits.first), r = trait(edges_r + b, traits.second);
            double x = gain * h - dread * r + push;
            double own = rate / (1.0 + exp(-x / noise));
            if (own > bound * (1.0 + 1e-9)) return -1 - c;
            pair accept = uniforms(key, words[3], tick, c, ring);
            if (n >= room) return FULL;
            if (accept.first * bound < own) {
                pair site = uniforms(key, words[4], tick, i, 0);
                person[n] = (int32_t)i;
                new[n] = (uint8_t)words[5];
                time[n] = accept.second * dt;
                where[n] = (int32_t)c;
                payload[n] = (int32_t)choose_site(sites, cells, pull, weight, c, site.first);
                detail[3 * n] = h, detail[3 * n + 1] = r, detail[3 * n + 2] = -log(site.second);
                n += 1;
            }
        }
    }
    return n;
}
