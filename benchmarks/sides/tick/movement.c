/* The kernel of contrafact.model.movement that moves everybody in the street. */

#include "rng.h"

/* movement.walk */
int64_t walk(const uint64_t *key, int64_t tick, int64_t slots, double dt, double speed, double march_speed,
             double hop_km, int64_t cells, const int32_t *route_start, const int32_t *route_cell,
             const int32_t *site_cell, const int64_t *march_to, const double *march_share, const int32_t *slot_person,
             const int32_t *slot_home, const int32_t *slot_site, const int32_t *slot_origin,
             const double *slot_progress, const uint8_t *slot_phase, const int32_t *slot_cell, const double *slot_late,
             int32_t *moved_site, int32_t *moved_origin, double *moved_progress, uint8_t *moved_phase,
             int32_t *moved_cell, double *moved_late, int32_t *person, uint8_t *new, double *time, int32_t *where,
             int32_t *payload, double *detail, int64_t n) {
    for (int64_t i = 0; i < slots; i++) {
        int64_t site = slot_site[i], origin = slot_origin[i];
        double progress = slot_progress[i], late = 0.0;
        uint8_t phase = slot_phase[i];
        moved_phase[i] = phase;
        moved_late[i] = late;
        moved_cell[i] = slot_cell[i];
        if (phase == PRESENT) {
            int64_t goal = march_to[site];
            if (goal < 0 || uniforms(key, MARCH, tick, slot_person[i], 0).first >= march_share[site]) continue;
            origin = site_cell[site];
            site = goal;
            progress = 0.0;
            phase = MARCHING;
        } else if (phase != BAND && phase != HIDDEN) {
            double pace = phase == MARCHING ? march_speed : speed, way = pace * (dt + slot_late[i]);
            int64_t first = route_start[site * cells + origin];
            int64_t steps = route_start[site * cells + origin + 1] - first - 1;
            if (phase == HOMEBOUND) {
                if (progress <= way) {
                    double when = progress / speed - slot_late[i];
                    person[n] = slot_person[i];
                    new[n] = CALM;
                    time[n] = when > 0.0 ? when : 0.0;
                    where[n] = slot_home[i];
                    payload[n] = (int32_t)i;
                    n += 1;
                }
                progress = progress - way > 0.0 ? progress - way : 0.0;
            } else {
                progress += way;
            }
            int64_t at = smaller(steps, (int64_t)(progress / hop_km + 1e-9));
            if (phase != HOMEBOUND && progress >= (double)steps * hop_km) {
                late = (progress - (double)steps * hop_km) / pace;
                progress = 0.0;
                phase = PRESENT;
                origin = slot_home[i];
                at = steps;
            }
            moved_cell[i] = route_cell[first + at];
        }
        moved_site[i] = (int32_t)site;
        moved_origin[i] = (int32_t)origin;
        moved_progress[i] = progress;
        moved_phase[i] = phase;
        moved_late[i] = late;
    }
    return n;
}
