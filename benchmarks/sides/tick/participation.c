/* The kernels of contrafact.model.participation that a tick calls for persons. */

#include "rng.h"

/* participation.cut_exp */
static inline double cut_exp(double y) { return exp(y < LARGEST ? y : LARGEST); }

/* participation.trait */
static inline double trait(const double *edges, double u) { return edges[0] + (edges[1] - edges[0]) * u; }

/* participation.choose_site */
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

/* participation.box_bounds */
static double box_bounds(double gain, double dread, double push, double noise, double rate, const int32_t *count,
                         const double *edges_h, const double *edges_r, double *over_h, double *over_r, double *rows) {
    double base = cut_exp(-push / noise), total = 0.0;
    for (int a = 0; a < BOXES; a++) {
        over_h[a] = base * cut_exp(-gain * edges_h[a + 1] / noise);
        over_r[a] = cut_exp(dread * edges_r[a] / noise);
        rows[a] = 0.0;
    }
    for (int a = 0; a < BOXES; a++)
        for (int b = 0; b < BOXES; b++) rows[b] += (double)count[a * BOXES + b] / (1.0 + over_h[a] * over_r[b]);
    for (int b = 0; b < BOXES; b++) {
        rows[b] *= rate;
        total += rows[b];
    }
    return total;
}

/* participation.pick_class: leaves the boxes in a and b and returns the bound there */
static double pick_class(double left, double rate, const int32_t *count, const double *over_h, const double *over_r,
                         const double *rows, int *a, int *b) {
    double bound = 0.0;
    *a = -1, *b = 0;
    while (*b < BOXES - 1 && left >= rows[*b]) left -= rows[(*b)++];
    for (int row = 0; row < BOXES; row++) {
        int64_t among = count[row * BOXES + *b];
        if (among > 0) {
            *a = row;
            bound = rate / (1.0 + over_h[row] * over_r[*b]);
            left -= (double)among * bound;
            if (left < 0.0) break;
        }
    }
    return bound;
}

/* participation.pick_rank */
static int64_t pick_rank(int a, int b, double u, const int32_t *count, const int64_t *across) {
    int64_t before = 0, among = count[a * BOXES + b];
    for (int row = 0; row < a; row++) before += across[row];
    for (int column = 0; column < b; column++) before += count[a * BOXES + column];
    return before + smaller((int64_t)(u * (double)among), among - 1);
}

/* participation.join */
int64_t join(const uint64_t *key, int64_t tick, double dt, double rate, double noise, double threshold, double eta,
             double severity, const double *legitimacy, int64_t legitimacy_size, const double *fear,
             const double *exposure, const double *network, const double *risk, const int32_t *class_count,
             const int64_t *by_hardship, const int64_t *first_resident, const int64_t *district,
             const double *hardship, const double *aversion, const uint8_t *status, const double *pull,
             const double *weight, int64_t weight_size, int32_t *person, uint8_t *new, double *time, int32_t *where,
             int32_t *payload, double *detail, int64_t n, int64_t room) {
    double over_h[BOXES], over_r[BOXES], rows[BOXES];
    for (int64_t c = 0; c < legitimacy_size; c++) {
        int64_t residents = first_resident[c + 1] - first_resident[c];
        if (residents == 0) continue;
        const double *edges_h = hardship + district[c] * (BOXES + 1), *edges_r = aversion + district[c] * (BOXES + 1);
        const int32_t *count = class_count + c * BOXES * BOXES;
        const int64_t *across = by_hardship + c * BOXES;
        double gain = 1.0 - legitimacy[c];
        double dread = severity * (1.0 + fear[c]) * risk[c];
        double push = exposure[c] + eta * (1.0 - network[c]) - threshold;
        double u = uniforms(key, RINGS, tick, c, 0).first;
        double rare = -log(u) / (rate * dt) / (1.0 + 1e-9);
        double least = dread * edges_r[0] - push;
        if (rare >= (double)residents / (1.0 + cut_exp((least - gain * edges_h[BOXES]) / noise))) continue;
        double at_most = 0.0;
        for (int a = 0; a < BOXES; a++)
            at_most += (double)across[a] / (1.0 + cut_exp((least - gain * edges_h[a + 1]) / noise));
        if (rare >= at_most) continue;
        double total =
            box_bounds(gain, dread, push, noise, rate, count, edges_h, edges_r, over_h, over_r, rows);
        int64_t rings = poisson(total * dt, u);
        for (int64_t ring = 0; ring < rings; ring++) {
            pair who = uniforms(key, RING_WHO, tick, c, ring);
            int a, b;
            double bound = pick_class(who.first * total, rate, count, over_h, over_r, rows, &a, &b);
            if (a < 0) continue;
            int64_t i = first_resident[c] + pick_rank(a, b, who.second, count, across);
            if (status[i] != CALM) continue;
            pair traits = uniforms(key, TRAITS, 0, i, 0);
            double h = trait(edges_h + a, traits.first), r = trait(edges_r + b, traits.second);
            double x = gain * h - dread * r + push;
            double own = rate / (1.0 + exp(-x / noise));
            if (own > bound * (1.0 + 1e-9)) return -1 - c;
            pair accept = uniforms(key, RING_ACCEPT, tick, c, ring);
            if (n >= room) return FULL;
            if (accept.first * bound < own) {
                pair site = uniforms(key, SITE, tick, i, 0);
                person[n] = (int32_t)i;
                new[n] = PROTESTING;
                time[n] = accept.second * dt;
                where[n] = (int32_t)c;
                payload[n] = (int32_t)choose_site(weight_size, legitimacy_size, pull, weight, c, site.first);
                detail[3 * n] = h, detail[3 * n + 1] = r, detail[3 * n + 2] = -log(site.second);
                n += 1;
            }
        }
    }
    return n;
}

/* participation.leave */
int64_t leave(int64_t slots, double dt, double quit_rate, double phi, double noise, double threshold, double eta,
              double severity, const double *legitimacy, const double *fear, const double *exposure,
              const double *network, const double *precedent, const double *site_risk, const int32_t *slot_person,
              const int32_t *slot_home, const double *slot_hardship, const double *slot_aversion,
              const double *slot_patience, const double *slot_spent, const int32_t *slot_site,
              const uint8_t *slot_phase, const int32_t *slot_cell, const double *slot_late, double *spent_after,
              int32_t *person, uint8_t *new, double *time, int32_t *where, int32_t *payload, double *detail,
              int64_t n) {
    for (int64_t i = 0; i < slots; i++) {
        double spent = slot_spent[i];
        if (slot_phase[i] != PRESENT) {
            spent_after[i] = spent;
            continue;
        }
        int32_t h = slot_home[i];
        double risk = site_risk[slot_site[i]] + precedent[h];
        double dread = severity * (1.0 + fear[h]) * (risk < 1.0 ? risk : 1.0);
        double x = (1.0 - legitimacy[h]) * slot_hardship[i] - dread * slot_aversion[i] + exposure[h] - threshold;
        x += eta * (1.0 - network[h]);
        double rate = quit_rate / (1.0 + exp(x / noise)) + phi;
        double late = slot_late[i], after = spent + rate * (dt + late), patience = slot_patience[i];
        spent_after[i] = after;
        if (after >= patience) {
            double when = (patience - spent) / rate - late;
            person[n] = slot_person[i];
            new[n] = RETURNING;
            time[n] = when > 0.0 ? when : 0.0;
            where[n] = slot_cell[i];
            payload[n] = (int32_t)i;
            n += 1;
        }
    }
    return n;
}
