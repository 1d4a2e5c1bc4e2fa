/* The kernels of contrafact.model.crowd_control that pick persons out of crowds. */

#include "rng.h"

#define MOST 4096

/* crowd_control.police_crowd */
int64_t police_crowd(const uint64_t *key, int64_t tick, double dt, const int32_t *crowd, int64_t crowd_size,
                     const int64_t *force, const int64_t *free_teams, int64_t rules, double arrest, double melee_crowd,
                     double kinetic, double kinetic_lethality, const int32_t *cell_start, const int32_t *cell_slots,
                     const int32_t *slot_person, int64_t *arrests, int64_t *harm, int32_t *person, uint8_t *new,
                     double *time, int32_t *where, int32_t *payload, double *detail, int64_t n) {
    int32_t chosen[MOST];
    uint64_t hashes[MOST];
    for (int64_t c = 0; c < crowd_size; c++) {
        arrests[c] = 0;
        harm[c] = 0;
        if (crowd[c] == 0 || force[c] == 0) continue;
        double among = (double)crowd[c] / (double)(crowd[c] + force[c]);
        int64_t first = cell_start[c], last = cell_start[c + 1];
        double mean = arrest * (double)free_teams[c] * among * dt;
        int64_t wanted = poisson(mean, uniforms(key, ARREST, tick, c, 0).first);
        wanted = smaller(smaller(wanted, free_teams[c]), MOST);
        int64_t found =
            smallest(key, ARRESTED, tick, cell_slots, first, last, slot_person, chosen, hashes, wanted);
        arrests[c] = found;
        for (int64_t i = 0; i < found; i++, n++) {
            person[n] = slot_person[chosen[i]];
            new[n] = DETAINED;
            where[n] = (int32_t)c;
            payload[n] = chosen[i];
            time[n] = dt * uniforms(key, ARRESTED, tick, person[n], 1).first;
        }
        for (int kind = 0; kind < 2; kind++) {
            uint64_t word = kind == 0 ? MELEE_VICTIM : KINETIC_VICTIM, how_many = kind == 0 ? MELEE : KINETIC;
            double lethality = kind == 0 ? 0.0 : kinetic_lethality;
            if (kind == 0)
                mean = melee_crowd * (double)smaller(crowd[c], force[c]) * (1.0 - among) * dt;
            else
                mean = rules >= 1 ? kinetic * (double)force[c] * among * dt : 0.0;
            wanted = smaller(MOST, poisson(mean, uniforms(key, how_many, tick, c, 0).first));
            found = smallest(key, word, tick, cell_slots, first, last, slot_person, chosen, hashes, wanted);
            harm[c] += found;
            for (int64_t i = 0; i < found; i++, n++) {
                person[n] = slot_person[chosen[i]];
                where[n] = (int32_t)c;
                payload[n] = chosen[i];
                pair u = uniforms(key, word, tick, person[n], 1);
                time[n] = dt * u.first;
                new[n] = u.second < lethality ? DEAD : INJURED;
            }
        }
    }
    return n;
}

/* crowd_control.fire */
int64_t fire(const uint64_t *key, int64_t tick, double dt, const int32_t *crowd, int64_t crowd_size,
             const int64_t *force, const int64_t *armed, int64_t rules, double ratio, double gathering,
             double lethality, double in_sight, double per_killed, double stray, const double *dying,
             const int64_t *first_resident, const uint8_t *status, const int32_t *cell_start,
             const int32_t *cell_slots, const int32_t *slot_person, int64_t *harm, int32_t *person, uint8_t *new,
             double *time, int32_t *where, int32_t *payload, double *detail, int64_t n) {
    int32_t chosen[MOST];
    uint64_t hashes[MOST];
    for (int64_t c = 0; c < crowd_size; c++) {
        if (crowd[c] == 0 || armed[c] == 0 || rules < SELF_DEFENCE) continue;
        if (rules == SELF_DEFENCE && (double)crowd[c] <= ratio * (double)force[c]) continue;
        if ((double)crowd[c] < gathering) continue;
        double mean = lethality * (1.0 + per_killed) * (double)armed[c] * (double)crowd[c] /
                      ((double)(crowd[c] + armed[c]) + in_sight) * dt;
        int64_t hits = smaller(smaller(MOST, crowd[c]), poisson(mean, uniforms(key, FIRE, tick, c, 0).first));
        int64_t astray = 0, residents = first_resident[c + 1] - first_resident[c];
        for (int64_t i = 0; i < hits; i++) astray += uniforms(key, FIRE, tick, c, i + 1).first < stray;
        int64_t found = smallest(key, FIRE_VICTIM, tick, cell_slots, cell_start[c], cell_start[c + 1], slot_person,
                                 chosen, hashes, hits - astray);
        for (int64_t i = 0; i < found + astray; i++) {
            int64_t slot = -1, victim;
            uint64_t word = FIRE_BYSTANDER;
            if (i < found) {
                slot = chosen[i];
                victim = slot_person[slot];
                word = FIRE_VICTIM;
            } else {
                if (residents == 0) continue;
                int64_t rank = (int64_t)((double)residents * uniforms(key, word, tick, c, i).first);
                victim = first_resident[c] + smaller(residents - 1, rank);
                if (status[victim] != CALM) continue;
            }
            pair u = uniforms(key, word, tick, victim, 1);
            person[n] = (int32_t)victim;
            time[n] = dt * u.first;
            where[n] = (int32_t)c;
            payload[n] = (int32_t)slot;
            new[n] = u.second < dying[c] ? DEAD : INJURED;
            harm[c] += 1;
            n += 1;
        }
    }
    return n;
}
