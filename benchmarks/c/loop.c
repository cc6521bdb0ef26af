/* The loop of the batch engine in C: what the model costs without Python.
 *
 * The same algorithm, events and order of floating-point operations as in sim/simulation/model, so
 * that the log is equal to the last bit. Exponentials of a whole number of days are looked up.
 * benchmarks/c_loop.py writes records.h from the records of the simulation, and refuses parameters
 * that stand for something that is left out here.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "records.h"

#define NEAR_ZERO 1e-4
#define LOWEST_BMD 0.05
#define HIGHEST_BMD 1000.0
#define MOST_LOG_RATIO 20.0
#define MOST_LOG_RISE 600.0
#define DAYS_AT_RISK_OF_DEATH 365
#define MARGIN (1.0 + 1e-9)
#define OUT (-2)
#define INLINE static inline __attribute__((always_inline))

static const int BONE_OF_SITE[SITES] = {0, 1, 1};

/* An arm, prepared once: what it can need, and exponentials by whole days. */
typedef struct {
    const Params *p;
    int count, therapy[THERAPIES]; /* of the arm */
    int kinds, kind[KINDS];        /* that can occur, in the order of a day */
    int slot[KINDS];               /* of each kind in `due` */
    int reactions, evidence_day, review_every, horizon;
    double age_slope[SITES], half_variance[MARKERS];
    double *kept[THERAPIES];            /* share of an action that is left */
    double *under[SUBSETS];             /* integral of a decaying product */
    double *onset[MARKERS];             /* share of the action at a site that is left */
    double *relaxed[MARKERS][THERAPIES];
    double *tables;
} Arm;

typedef struct {
    int since, reached_day, score_day, hazard_since, death_cause;
    int infusion[THERAPIES], infused[THERAPIES], begun[THERAPIES], rung[THERAPIES];
    int visit[QUANTITIES], site_since[THERAPIES], fractures[SITES], imminent_until[SITES];
    double bmd[BONES], action[THERAPIES], product[SUBSETS], reached[SUBSETS];
    double site_input[THERAPIES], site_action[MARKERS][THERAPIES], tolerance_left[THERAPIES];
    double score[BONES], left[SITES], constant[SITES];
    double hazard[SITES], slope[SITES], ahead[SITES];
    double lowest[BONES]; /* bound of BMD while hazards are left out */
    int due[KINDS];       /* by slot */
} State;

typedef struct {
    int64_t *patient, *day, *kind;
    double *value;
} Log;

/* Formulas: sim/simulation/biology */

INLINE double mean_exp(double x)
{
    if (fabs(x) < NEAR_ZERO)
        return 1.0 + x / 2.0 + x * x / 6.0;
    return (exp(x) - 1.0) / x;
}

INLINE double accumulated(double hazard, double slope, double days)
{
    return hazard * days * mean_exp(slope * days);
}

INLINE double time_under(double decay, double days)
{
    return days * mean_exp(-decay * days);
}

INLINE double lower(double a, double b) { return b < a ? b : a; }
INLINE double higher(double a, double b) { return b > a ? b : a; }
INLINE double within_limits(double bmd) { return lower(higher(bmd, LOWEST_BMD), HIGHEST_BMD); }

INLINE int days_until(double left, double hazard, double slope, int at_most, double ahead)
{
    if (left <= 0.0)
        return 0;
    if (ahead < left)
        return at_most + 1;
    double exact = left / hazard;
    if (slope != 0.0) {
        double grown = exact * slope;
        exact = grown > -1.0 ? log1p(grown) / slope : (double)at_most;
    }
    exact = ceil(exact);
    return exact < at_most ? (int)exact : at_most;
}

static int death_day(double threshold, const Patient *who, const Params *p, int at_most)
{
    double days = 0.0;
    int year = (int)who->age;
    double until_birthday = (year + 1 - who->age) * DAYS_PER_YEAR;
    while (days <= at_most) {
        int row = year < AGES - 1 ? year : AGES - 1;
        double hazard = p->mortality_ratio * p->death_hazard[who->sex][row] / DAYS_PER_YEAR;
        if (hazard * until_birthday >= threshold) {
            double exact = ceil(days + threshold / hazard);
            return exact < at_most + 1 ? (int)exact : at_most + 1;
        }
        threshold -= hazard * until_birthday;
        days += until_birthday;
        until_birthday = DAYS_PER_YEAR;
        year++;
    }
    return at_most + 1;
}

static double steps_hazard(const double *end, const double *hazard, double days)
{
    double start = 0.0, before = 0.0;
    for (int i = 0; i < STEPS_OF_HAZARD; i++) {
        if (days < end[i])
            return before + (hazard[i] - before) * (days - start) / (end[i] - start);
        start = end[i];
        before = hazard[i];
    }
    return before;
}

/* Bone: model/bone.py */

INLINE void reach(const Arm *arm, State *s, int day)
{
    if (s->reached_day == day)
        return;
    s->reached_day = day;
    int days = day - s->since;
    for (int subset = 0; subset < arm->p->subsets; subset++)
        s->reached[subset] =
            s->product[subset] != 0.0 ? s->product[subset] * arm->under[subset][days] : 0.0;
}

INLINE double bmd_on(const Arm *arm, State *s, const Patient *who, int day, int bone)
{
    int days = day - s->since;
    if (days == 0)
        return s->bmd[bone];
    double entry = who->bmd[bone];
    if (s->since >= arm->evidence_day)
        return within_limits(s->bmd[bone] + entry * arm->p->beyond_rate * days);
    reach(arm, s, day);
    double share = 0.0;
    for (int subset = 0; subset < arm->p->subsets; subset++)
        if (s->reached[subset] != 0.0)
            share += who->bone_effect[bone][subset] * s->reached[subset];
    return within_limits(s->bmd[bone] + entry * share);
}

/* The lowest BMD that a review in this stretch can see: all losses, and no gain. */
INLINE void bound(const Arm *arm, State *s, const Patient *who, int day)
{
    int days = day - s->since + arm->review_every;
    for (int bone = 0; bone < BONES; bone++) {
        double share = 0.0;
        if (s->since >= arm->evidence_day)
            share = lower(arm->p->beyond_rate, 0.0) * days;
        else
            for (int subset = 0; subset < arm->p->subsets; subset++) {
                double rate = who->bone_effect[bone][subset] * s->product[subset];
                if (!(rate >= 0.0))
                    share += rate * arm->under[subset][days];
            }
        double low = within_limits(s->bmd[bone] + who->bmd[bone] * share);
        if (low < s->lowest[bone] || isnan(low)) /* what is no number stays none */
            s->lowest[bone] = low;
    }
}

/* Actions: model/action.py */

INLINE void multiply_actions(const Arm *arm, State *s)
{
    s->reached_day = -1;
    for (int subset = 1; subset < arm->p->subsets; subset++) {
        int lowest = subset & -subset;
        s->product[subset] = s->product[subset - lowest] * s->action[__builtin_ctz(lowest)];
    }
}

INLINE void advance(const Arm *arm, State *s, const Patient *who, int day)
{
    int days = day - s->since;
    if (days == 0)
        return;
    for (int bone = 0; bone < BONES; bone++)
        s->bmd[bone] = bmd_on(arm, s, who, day, bone);
    for (int i = 0; i < arm->count; i++)
        s->action[arm->therapy[i]] *= arm->kept[arm->therapy[i]][days];
    s->since = day;
    multiply_actions(arm, s);
}

INLINE double site_action_on(const Arm *arm, const State *s, int day, int marker, int therapy)
{
    int days = day - s->site_since[therapy];
    return s->site_action[marker][therapy] * arm->onset[marker][days] +
           arm->p->onset[marker] * s->site_input[therapy] * arm->relaxed[marker][therapy][days];
}

INLINE void set_action(const Arm *arm, State *s, int therapy, double action, int day)
{
    for (int marker = 0; marker < MARKERS; marker++)
        s->site_action[marker][therapy] = site_action_on(arm, s, day, marker, therapy);
    s->site_since[therapy] = day;
    s->site_input[therapy] = action;
    s->action[therapy] = action;
    multiply_actions(arm, s);
}

/* Fractures: model/fracture.py */

INLINE void use_up_hazards(State *s, int day)
{
    int days = day - s->hazard_since;
    if (days <= 0)
        return;
    for (int site = 0; site < SITES; site++)
        s->left[site] -= day == s->score_day
                             ? s->ahead[site]
                             : accumulated(s->hazard[site], s->slope[site], days);
    s->hazard_since = day;
}

INLINE int next_review(const Arm *arm, const State *s, int day)
{
    int review = (day / arm->review_every + 1) * arm->review_every;
    if (day < arm->evidence_day && arm->evidence_day < review)
        review = arm->evidence_day;
    for (int site = 0; site < SITES; site++)
        if (day < s->imminent_until[site] && s->imminent_until[site] < review)
            review = s->imminent_until[site];
    return review;
}

INLINE double t_score_on(const Arm *arm, State *s, const Patient *who, int day, int bone)
{
    double bmd = bmd_on(arm, s, who, day, bone);
    return (bmd - who->reference_mean[bone]) / who->reference_sd[bone];
}

INLINE void set_hazards(const Arm *arm, State *s, const Patient *who, int day)
{
    const Params *p = arm->p;
    int review = next_review(arm, s, day), days = review - day;
    double now[BONES];
    s->due[arm->slot[REVIEW]] = review;
    s->hazard_since = day;
    for (int bone = 0; bone < BONES; bone++) {
        now[bone] = day == s->score_day ? s->score[bone] : t_score_on(arm, s, who, day, bone);
        s->score[bone] = t_score_on(arm, s, who, review, bone);
    }
    for (int site = 0; site < SITES; site++) {
        int bone = BONE_OF_SITE[site];
        double gradient = p->log_gradient[site], log_hazard = s->constant[site];
        log_hazard += p->log_age[site] * (who->age + day / DAYS_PER_YEAR);
        if (day < s->imminent_until[site])
            log_hazard += p->log_imminent[site];
        log_hazard -= gradient * now[bone];
        double slope = gradient * (now[bone] - s->score[bone]) / days + arm->age_slope[site];
        log_hazard = lower(log_hazard, p->most_log_hazard);
        double rise = lower(p->most_log_hazard - log_hazard, MOST_LOG_RISE);
        slope = lower(slope, rise / days);
        double hazard = exp(log_hazard), ahead = accumulated(hazard, slope, days);
        s->hazard[site] = hazard;
        s->slope[site] = slope;
        s->ahead[site] = ahead;
        int until = days_until(s->left[site], hazard, slope, days, ahead);
        s->due[arm->slot[FRACTURE + site]] = until <= days ? day + until : NEVER;
    }
    s->score_day = review;
}

/* A new action from this day on; `follow` says whether hazards are followed. */
INLINE void set_step(const Arm *arm, State *s, const Patient *who, int therapy, double action,
                     int adds, int day, int follow)
{
    if (follow)
        use_up_hazards(s, day);
    else if (day != s->since)
        bound(arm, s, who, day);
    advance(arm, s, who, day);
    set_action(arm, s, therapy, adds ? s->action[therapy] + action : action, day);
    if (follow)
        set_hazards(arm, s, who, day);
}

/* Courses: model/tolerance.py */

static int intolerance_day(const Arm *arm, const State *s, const Patient *who, int t, int day)
{
    const Params *p = arm->p;
    const double *end = p->step_end[t], *hazard = p->step_hazard[t];
    double factor = pow(s->action[t], p->dose_exponent[t]) * who->frailty[t];
    double before = steps_hazard(end, hazard, day - s->begun[t]);
    int low = day, high = arm->horizon + 1;
    while (low + 1 < high) {
        int middle = (low + high) / 2;
        double reached = steps_hazard(end, hazard, middle - s->begun[t]);
        if (factor * (reached - before) >= s->tolerance_left[t])
            high = middle;
        else
            low = middle;
    }
    return high <= arm->horizon ? high : NEVER;
}

INLINE double take(const Params *p, const double *draws, int stream, int slot, int k)
{
    return draws[p->first_draw[stream][slot] + k];
}

INLINE int happens(const Params *p, const double *draws, double chance, int stream, int slot, int k)
{
    if (chance <= 0.0)
        return 0;
    return chance >= 1.0 || take(p, draws, stream, slot, k) < chance;
}

INLINE double on_plan(const Arm *arm, State *s, const Patient *who, const double *draws, int t,
                      int day, int follow)
{
    const Params *p = arm->p;
    if (s->begun[t] != NEVER) {
        s->due[arm->slot[PLAN + t]] = s->due[arm->slot[INTOLERANCE + t]] = NEVER;
        set_step(arm, s, who, t, 0.0, 0, day, follow);
        return 0.0;
    }
    s->due[arm->slot[PLAN + t]] = (int)lower(day + (double)p->course_length[t], NEVER);
    set_step(arm, s, who, t, p->relative_dose[t], 0, day, follow);
    s->begun[t] = day;
    if (p->family[t] != NO_INTOLERANCE) {
        s->tolerance_left[t] = take(p, draws, TOLERANCE, t, 0);
        s->due[arm->slot[INTOLERANCE + t]] = intolerance_day(arm, s, who, t, day);
    }
    return p->relative_dose[t];
}

INLINE double on_intolerance(const Arm *arm, State *s, const Patient *who, const double *draws,
                             int t, int day, int follow)
{
    const Params *p = arm->p;
    int rung = s->rung[t]++;
    double step = s->action[t] * p->ladder[t][rung];
    set_step(arm, s, who, t, step, 0, day, follow);
    s->due[arm->slot[INTOLERANCE + t]] = NEVER;
    if (step == 0.0)
        s->due[arm->slot[PLAN + t]] = NEVER;
    else if (rung + 1 < RUNGS && p->ladder[t][rung + 1] >= 0.0) {
        s->tolerance_left[t] = take(p, draws, TOLERANCE, t, rung + 1);
        s->due[arm->slot[INTOLERANCE + t]] = intolerance_day(arm, s, who, t, day);
    }
    return step;
}

/* Infusions: model/dosing.py and planning.py */

INLINE int infusion_day(const Arm *arm, int t, int k, int earliest)
{
    if (k >= PLANNED || arm->p->plan_days[t][k] == NEVER)
        return NEVER;
    int day = (int)arm->p->plan_days[t][k];
    day = day > earliest ? day : earliest;
    return day < arm->horizon ? day : NEVER;
}

INLINE double on_infusion(const Arm *arm, State *s, const Patient *who, const double *draws, int t,
                          int day, int follow)
{
    const Params *p = arm->p;
    int k = s->infusion[t]++, apart = p->least_apart > 1 ? (int)p->least_apart : 1;
    s->due[arm->slot[INFUSION + t]] = infusion_day(arm, t, k + 1, day + apart);
    set_step(arm, s, who, t, who->dose_action[t], 1, day, follow);
    for (int r = 0; r < arm->reactions; r++)
        if (p->reaction_therapy[r] == t) {
            double chance = s->infused[t] == 0 ? p->reaction_first[r] : p->reaction_later[r];
            if (happens(p, draws, chance, REACTS, r, k))
                s->due[arm->slot[REACTION + r]] = day;
        }
    s->infused[t]++;
    return who->dose[t];
}

/* Visits: model/measuring.py */

static double marker_on(const Arm *arm, const State *s, const Patient *who, int day, int marker)
{
    const Params *p = arm->p;
    double effect[THERAPIES] = {0.0}, total = 0.0;
    for (int i = 0; i < arm->count; i++) {
        int t = arm->therapy[i];
        effect[t] = site_action_on(arm, s, day, marker, t);
        if (p->is_infusion[t])
            effect[t] = effect[t] / (p->half_effect[marker] + effect[t]) / p->full_effect[marker][t];
    }
    for (int subset = 1; subset < p->subsets; subset++) {
        double product = who->marker_effect[marker][subset];
        for (int t = 0; subset >> t; t++)
            if (subset >> t & 1 && product != 0.0)
                product *= effect[t];
        total += product;
    }
    return who->marker[marker] * exp(lower(total, MOST_LOG_RATIO));
}

INLINE double on_measurement(const Arm *arm, State *s, const Patient *who, const double *draws,
                             int quantity, int day)
{
    const Params *p = arm->p;
    int visit = s->visit[quantity]++, marker = quantity - BONES;
    s->due[arm->slot[MEASURE + quantity]] =
        visit + 1 < VISITS ? (int)p->visit_days[quantity][visit + 1] : NEVER;
    double z = take(p, draws, NOISE, quantity, visit);
    if (quantity < BONES)
        return bmd_on(arm, s, who, day, quantity) * (1.0 + p->bone_cv[quantity] * z);
    double noise = exp(p->marker_log_sd[marker] * z - arm->half_variance[marker]);
    return marker_on(arm, s, who, day, marker) * noise;
}

INLINE double on_fracture(const Arm *arm, State *s, const Patient *who, const double *draws,
                          int site, int day)
{
    const Params *p = arm->p;
    use_up_hazards(s, day);
    int k = s->fractures[site]++, *death = &s->due[arm->slot[DEATH]];
    s->left[site] += take(p, draws, BREAKS, site, k + 1);
    if (p->log_imminent[site] != 0.0)
        s->imminent_until[site] = day + (int)p->imminent_days[site];
    if (happens(p, draws, p->case_fatality[site], FATAL, site, k)) {
        double delay = take(p, draws, FATAL_DELAY, site, k);
        int dies = day + 1 + (int)(delay * DAYS_AT_RISK_OF_DEATH);
        if (dies < *death) {
            *death = dies;
            s->death_cause = 1 + site;
        }
    }
    set_hazards(arm, s, who, day);
    return (double)(k + 1);
}

/* A life */

INLINE void start(const Arm *arm, State *s, const Patient *who, const double *draws, int follow)
{
    const Params *p = arm->p;
    memset(s, 0, sizeof *s);
    for (int slot = 0; slot < arm->kinds; slot++)
        s->due[slot] = NEVER;
    for (int bone = 0; bone < BONES; bone++)
        s->lowest[bone] = s->bmd[bone] = higher(who->bmd[bone], LOWEST_BMD);
    s->product[0] = 1.0;
    s->reached_day = -1;
    s->score_day = NEVER;
    for (int quantity = 0; quantity < QUANTITIES; quantity++)
        s->due[arm->slot[MEASURE + quantity]] = (int)p->visit_days[quantity][0];
    for (int i = 0; i < arm->count; i++) {
        int t = arm->therapy[i];
        if (p->is_infusion[t])
            s->due[arm->slot[INFUSION + t]] = infusion_day(arm, t, 0, 0);
        else {
            s->begun[t] = NEVER;
            s->due[arm->slot[PLAN + t]] = (int)p->course_start[t];
        }
    }
    for (int site = 0; site < SITES; site++) {
        s->left[site] = take(p, draws, BREAKS, site, 0);
        s->imminent_until[site] = (int)who->imminent_until[site];
        s->constant[site] = p->log_base[site] + who->log_risk;
    }
    s->due[arm->slot[REVIEW]] = follow ? 0 : arm->evidence_day;
    s->due[arm->slot[DEATH]] = death_day(take(p, draws, DIES, 0, 0), who, p, arm->horizon);
    s->due[arm->slot[END]] = arm->horizon;
}

/* Whether hazard at the bound, over all days lived, stays below the first threshold of each site. */
INLINE int stands(const Arm *arm, const State *s, const Patient *who, int day)
{
    const Params *p = arm->p;
    for (int site = 0; site < SITES; site++) {
        int bone = BONE_OF_SITE[site];
        double t = (s->lowest[bone] - who->reference_mean[bone]) / who->reference_sd[bone];
        double log_hazard = s->constant[site] - p->log_gradient[site] * t;
        log_hazard += higher(p->log_age[site] * who->age,
                             p->log_age[site] *
                                 (who->age + (day + arm->review_every) / DAYS_PER_YEAR));
        if (s->imminent_until[site] > 0)
            log_hazard += higher(p->log_imminent[site], 0.0);
        if (!(exp(log_hazard) * day * MARGIN < s->left[site]))
            return 0;
    }
    return 1;
}

/* Follow a life and write its rows; `follow` 0 leaves out hazards and reviews. Returns the number of
 * rows, -1 if the life does not stand without hazards, or OUT. */
INLINE int live(const Arm *arm, const Patient *who, const double *draws, Log log, int64_t i,
                int follow)
{
    State state, *s = &state;
    int rows = 0;
    start(arm, s, who, draws, follow);
    for (;;) {
        int slot = 0, day = s->due[0];
        for (int other = 1; other < arm->kinds; other++)
            if (s->due[other] < day) {
                slot = other;
                day = s->due[other];
            }
        int kind = arm->kind[slot];
        double value;
        if (kind < MEASURE + QUANTITIES)
            value = on_measurement(arm, s, who, draws, kind - MEASURE, day);
        else if (kind == REVIEW) {
            if (follow) {
                use_up_hazards(s, day);
                if (day == arm->evidence_day)
                    advance(arm, s, who, day);
                set_hazards(arm, s, who, day);
            } else {
                s->due[slot] = NEVER;
                if (day != s->since)
                    bound(arm, s, who, day);
                advance(arm, s, who, day);
            }
            continue;
        } else if (kind < PLAN + THERAPIES)
            value = on_plan(arm, s, who, draws, kind - PLAN, day, follow);
        else if (kind < INTOLERANCE + THERAPIES)
            value = on_intolerance(arm, s, who, draws, kind - INTOLERANCE, day, follow);
        else if (kind < INFUSION + THERAPIES)
            value = on_infusion(arm, s, who, draws, kind - INFUSION, day, follow);
        else if (kind < REVIEW) {
            s->due[slot] = NEVER;
            value = 0.0;
        } else if (kind < DEATH) {
            int site = kind - FRACTURE;
            if (s->fractures[site] + 1 >= arm->p->draws[BREAKS][site])
                return OUT;
            value = on_fracture(arm, s, who, draws, site, day);
        } else if (kind == DEATH)
            value = (double)s->death_cause;
        else
            value = day < arm->horizon ? 1.0 : 0.0;
        log.patient[rows] = i;
        log.day[rows] = day;
        log.kind[rows] = kind;
        log.value[rows] = value;
        rows++;
        if (kind >= DEATH) {
            if (follow)
                return rows;
            bound(arm, s, who, day);
            return stands(arm, s, who, day) ? rows : -1;
        }
    }
}

static int in_full(const Arm *arm, const Patient *who, const double *draws, Log log, int64_t i)
{
    return live(arm, who, draws, log, i, 1);
}

static int without_hazards(const Arm *arm, const Patient *who, const double *draws, Log log,
                           int64_t i)
{
    return live(arm, who, draws, log, i, 0);
}

/* An arm */

static int can_occur(const Arm *arm, int kind)
{
    const Params *p = arm->p;
    if (kind >= PLAN && kind < INTOLERANCE)
        return p->in_arm[kind - PLAN] && !p->is_infusion[kind - PLAN];
    if (kind >= INTOLERANCE && kind < INFUSION)
        return p->in_arm[kind - INTOLERANCE] && !p->is_infusion[kind - INTOLERANCE];
    if (kind >= INFUSION && kind < REACTION)
        return p->in_arm[kind - INFUSION] && p->is_infusion[kind - INFUSION];
    if (kind >= REACTION && kind < REVIEW)
        return p->reaction_therapy[kind - REACTION] >= 0;
    return 1;
}

static double *filled(double **room, int days, double rate, double other, int sort)
{
    double *table = *room, slower = lower(rate, other);
    for (int d = 0; d < days; d++)
        table[d] = sort == 0   ? exp(-rate * d)
                   : sort == 1 ? time_under(rate, d)
                               : exp(-slower * d) * time_under(fabs(rate - other), d);
    *room += days;
    return table;
}

static void prepare(Arm *arm, const Params *p)
{
    memset(arm, 0, sizeof *arm);
    arm->p = p;
    arm->horizon = (int)p->horizon;
    arm->review_every = (int)p->review_every;
    arm->evidence_day = (int)p->evidence_day;
    for (int t = 0; t < THERAPIES; t++)
        if (p->in_arm[t])
            arm->therapy[arm->count++] = t;
    for (int r = 0; r < REACTIONS; r++)
        if (p->reaction_therapy[r] >= 0)
            arm->reactions = r + 1;
    for (int kind = 0; kind < KINDS; kind++)
        if (can_occur(arm, kind)) {
            arm->slot[kind] = arm->kinds;
            arm->kind[arm->kinds++] = kind;
        }
    for (int site = 0; site < SITES; site++)
        arm->age_slope[site] = p->log_age[site] / DAYS_PER_YEAR;
    for (int marker = 0; marker < MARKERS; marker++)
        arm->half_variance[marker] = 0.5 * p->marker_log_sd[marker] * p->marker_log_sd[marker];
    int days = arm->horizon + arm->review_every + 1;
    int tables = THERAPIES + SUBSETS + MARKERS + MARKERS * THERAPIES;
    double *room = arm->tables = malloc(sizeof(double) * days * tables);
    for (int i = 0; i < arm->count; i++)
        arm->kept[arm->therapy[i]] = filled(&room, days, p->decay[arm->therapy[i]], 0.0, 0);
    for (int subset = 0; subset < p->subsets; subset++)
        arm->under[subset] = filled(&room, days, p->subset_decay[subset], 0.0, 1);
    for (int marker = 0; marker < MARKERS; marker++) {
        arm->onset[marker] = filled(&room, days, p->onset[marker], 0.0, 0);
        for (int i = 0; i < arm->count; i++) {
            int t = arm->therapy[i];
            arm->relaxed[marker][t] = filled(&room, days, p->onset[marker], p->decay[t], 2);
        }
    }
}

/* Follow patients from `first` until all are done or fewer than `longest` rows are left. Returns the
 * patient to follow next; `told` gets the rows written (or OUT) and the lives followed again. */
int64_t follow(const Params *p, const Patient *patients, int64_t count, const double *draws,
               int64_t columns, Log *log, int64_t room, int64_t longest, int64_t first, int screens,
               int64_t *told)
{
    Arm arm;
    Log at = *log;
    int64_t i, rows = 0, again = 0;
    prepare(&arm, p);
    for (i = first; i < count && rows + longest <= room; i++) {
        const double *own = draws + i * columns;
        int written = screens ? without_hazards(&arm, patients + i, own, at, i) : -1;
        if (written < 0) {
            again += screens;
            written = in_full(&arm, patients + i, own, at, i);
        }
        if (written == OUT) {
            rows = OUT;
            break;
        }
        rows += written;
        at.patient += written;
        at.day += written;
        at.kind += written;
        at.value += written;
    }
    free(arm.tables);
    told[0] = rows;
    told[1] = again;
    return i;
}
