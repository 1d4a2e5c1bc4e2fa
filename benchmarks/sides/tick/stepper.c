/* The kernels of contrafact.engine.stepper that settle proposals and keep the roster. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* stepper.settle */
int64_t settle(int64_t n, int64_t slots, double dt, const int32_t *person, uint8_t *new, const double *time,
               const int32_t *where, int32_t *payload, int32_t *winner, uint8_t *status, uint8_t *fate, double *late,
               int64_t *counts, int32_t *deaths, int64_t deaths_size, int32_t *harmed) {
    int64_t newcomers = 0;
    memset(deaths, 0, deaths_size * sizeof *deaths);
    memset(harmed, 0, deaths_size * sizeof *harmed);
    memset(fate, LOST, slots);
    for (int64_t i = 0; i < n; i++) {
        int32_t best = winner[person[i]];
        if (best == 0 || time[i] < time[best - 1]) winner[person[i]] = (int32_t)(i + 1);
    }
    for (int64_t i = 0; i < n; i++) {
        int32_t p = person[i];
        if (winner[p] != i + 1) {
            new[i] = LOST;
            continue;
        }
        uint8_t before = status[p], after = new[i];
        int64_t group = BYSTANDERS;
        status[p] = after;
        if (before == CALM || before == OUTSIDE) {
            newcomers += after == PROTESTING || after == ARMED;
            if (before == OUTSIDE) {
                payload[i] = -1;
                counts[ENTERED] += 1;
            }
        } else {
            group = before == ARMED || before == HIDING ? ARMED_PERSONS : PROTESTERS;
            fate[payload[i]] = after;
            if (after == RETURNING) late[payload[i]] = dt - time[i];
        }
        int hurt = after == INJURED || after == DEAD;
        counts[COUNT_OF[after] + (hurt ? group : 0)] += 1;
        counts[TOOK_ARMS] += after == ARMED && before == PROTESTING;
        if (group != ARMED_PERSONS) {
            harmed[where[i]] += hurt;
            deaths[where[i]] += after == DEAD;
        }
    }
    for (int64_t i = 0; i < n; i++) winner[person[i]] = 0;
    return newcomers;
}

/* stepper.keep */
int64_t keep(int64_t slots, uint8_t *fate, double hop_km, int64_t cells, const int32_t *route_start,
             int32_t *slot_person, int32_t *slot_home, double *slot_hardship, double *slot_aversion,
             double *slot_patience, int32_t *slot_site, int32_t *slot_origin, double *slot_progress,
             uint8_t *slot_phase, int32_t *slot_cell, double *slot_spent, int32_t *slot_goal, double *slot_late,
             double *spent_after, int32_t *moved_site, int32_t *moved_origin, double *moved_progress,
             uint8_t *moved_phase, int32_t *moved_cell, double *moved_late, int32_t *goal_after) {
    int64_t i = 0, end = slots;
    while (i < end) {
        uint8_t fated = fate[i];
        if (fated == CALM || fated == DETAINED || fated == INJURED || fated == DEAD || fated == LEFT) {
            end -= 1;
            fate[i] = fate[end];
            slot_person[i] = slot_person[end], slot_home[i] = slot_home[end], slot_cell[i] = slot_cell[end];
            slot_hardship[i] = slot_hardship[end], slot_aversion[i] = slot_aversion[end];
            slot_patience[i] = slot_patience[end], spent_after[i] = spent_after[end];
            slot_site[i] = slot_site[end], slot_origin[i] = slot_origin[end], slot_goal[i] = slot_goal[end];
            slot_progress[i] = slot_progress[end], slot_phase[i] = slot_phase[end];
            moved_site[i] = moved_site[end], moved_origin[i] = moved_origin[end], moved_cell[i] = moved_cell[end];
            moved_progress[i] = moved_progress[end], moved_phase[i] = moved_phase[end];
            moved_late[i] = moved_late[end], goal_after[i] = goal_after[end];
            continue;
        }
        slot_spent[i] = spent_after[i];
        slot_late[i] = moved_late[i];
        if (fated == ARMED || fated == HIDING) {
            slot_progress[i] = 0.0;
            slot_goal[i] = -1;
            slot_phase[i] = fated == ARMED ? BAND : HIDDEN;
        } else if (fated == RETURNING) {
            int64_t route = slot_site[i] * cells + slot_home[i];
            slot_origin[i] = slot_home[i];
            slot_phase[i] = HOMEBOUND;
            slot_progress[i] = (double)(route_start[route + 1] - route_start[route] - 1) * hop_km;
        } else if (slot_phase[i] != PRESENT || moved_phase[i] != PRESENT) {
            uint8_t phase = moved_phase[i];
            slot_site[i] = moved_site[i], slot_origin[i] = moved_origin[i], slot_cell[i] = moved_cell[i];
            slot_progress[i] = moved_progress[i], slot_phase[i] = phase;
            if (phase == BAND || phase == HIDDEN) slot_goal[i] = goal_after[i];
        }
        i += 1;
    }
    return end;
}

/* stepper.enter */
int64_t enter(int64_t n, int64_t slots, double dt, const int32_t *person, const uint8_t *new, const double *time,
              const int32_t *where, const int32_t *payload, const double *detail, int32_t *slot_person,
              int32_t *slot_home, double *slot_hardship, double *slot_aversion, double *slot_patience,
              int32_t *slot_site, int32_t *slot_origin, double *slot_progress, uint8_t *slot_phase, int32_t *slot_cell,
              double *slot_spent, int32_t *slot_goal, double *slot_late) {
    int64_t j = slots;
    for (int64_t i = 0; i < n; i++) {
        uint8_t status = new[i];
        int32_t site = payload[i];
        if (status != PROTESTING && !(status == ARMED && site < 0)) continue;
        slot_person[j] = person[i], slot_home[j] = where[i], slot_cell[j] = where[i], slot_origin[j] = where[i];
        slot_hardship[j] = detail[3 * i], slot_aversion[j] = detail[3 * i + 1], slot_patience[j] = detail[3 * i + 2];
        slot_progress[j] = 0.0, slot_spent[j] = 0.0, slot_goal[j] = -1, slot_late[j] = dt - time[i];
        slot_site[j] = site > 0 ? site : 0;
        slot_phase[j] = status == PROTESTING ? OUTBOUND : BAND;
        j += 1;
    }
    return j;
}

/* stepper.count */
void count(int64_t slots, const int32_t *slot_home, const int32_t *slot_site, const uint8_t *slot_phase,
           const int32_t *slot_cell, int32_t *crowd, int64_t crowd_size, int32_t *armed, int32_t *hidden,
           int32_t *active_home, int32_t *on_site, int64_t on_site_size) {
    memset(crowd, 0, crowd_size * sizeof *crowd);
    memset(armed, 0, crowd_size * sizeof *armed);
    memset(hidden, 0, crowd_size * sizeof *hidden);
    memset(active_home, 0, crowd_size * sizeof *active_home);
    memset(on_site, 0, on_site_size * sizeof *on_site);
    for (int64_t i = 0; i < slots; i++) {
        uint8_t phase = slot_phase[i];
        if (phase == HIDDEN) {
            hidden[slot_cell[i]] += 1;
        } else if (phase == BAND) {
            armed[slot_cell[i]] += 1;
            active_home[slot_home[i]] += 1;
        } else if (phase != HOMEBOUND) {
            crowd[slot_cell[i]] += 1;
            active_home[slot_home[i]] += 1;
            if (phase == PRESENT) on_site[slot_site[i]] += 1;
        }
    }
}

/* A copy of where each cell's slots start, to count up from. */
static int32_t *copied(const int32_t *start, int64_t cells) {
    int32_t *copy = malloc(cells * sizeof *copy);
    return memcpy(copy, start, cells * sizeof *copy);
}

/* stepper.sort */
void sort(int64_t slots, const uint8_t *slot_phase, const int32_t *slot_cell, const int32_t *crowd, int64_t crowd_size,
          const int32_t *armed, const int32_t *hidden, int32_t *cell_start, int32_t *cell_slots, int32_t *armed_start,
          int32_t *armed_slots, int32_t *hidden_start, int32_t *hidden_slots) {
    cell_start[0] = 0, armed_start[0] = 0, hidden_start[0] = 0;
    for (int64_t c = 0; c < crowd_size; c++) {
        cell_start[c + 1] = cell_start[c] + crowd[c];
        armed_start[c + 1] = armed_start[c] + armed[c];
        hidden_start[c + 1] = hidden_start[c] + hidden[c];
    }
    int32_t *fill = copied(cell_start, crowd_size), *fill_armed = copied(armed_start, crowd_size);
    int32_t *fill_hidden = copied(hidden_start, crowd_size);
    for (int64_t i = 0; i < slots; i++) {
        uint8_t phase = slot_phase[i];
        int32_t c = slot_cell[i];
        if (phase == HIDDEN)
            hidden_slots[fill_hidden[c]++] = (int32_t)i;
        else if (phase == BAND)
            armed_slots[fill_armed[c]++] = (int32_t)i;
        else if (phase != HOMEBOUND)
            cell_slots[fill[c]++] = (int32_t)i;
    }
    free(fill);
    free(fill_armed);
    free(fill_hidden);
}

/* No kernel's: a call of this costs what a call of any of the others costs beside its work. */
void nothing(void) {}
