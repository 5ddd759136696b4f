/**
 * Russia, Federal Law 230-FZ of 3 July 2016 on the recovery of overdue debts, article 7: part 3 (how often) and part 5 (when).
 * Not legal advice: who calls has the duty to read the text in force.
 *
 * Days of rest are those of article 112 of the Labour Code: its holidays; the working day after one that falls on a Saturday or
 * Sunday; and what the government moved in 2025 (decree 1335 of 4 October 2024) and 2026 (decree 1466 of 24 September 2025).
 * Later decrees are not in this version: from 2027 on every day has the hours of a day of rest, which are legal on either. A Saturday that a
 * decree makes a working day keeps them, too.
 */
import type { PolicyPack } from './policy-pack.ts'

const hour = 3_600
const movable = ['02-23', '03-08', '05-01', '05-09', '06-12', '11-04']

export const ru230fz: PolicyPack = {
  name: 'ru-230fz',
  version: '2',
  asOf: '2026-11-21',
  source:
    'Federal Law 230-FZ of 3 July 2016, article 7 parts 3 and 5 (as told by r09.fssp.gov.ru, 2019, and finance.mail.ru, 10 May 2025); Labour Code article 112',
  hours: {
    workingDays: { fromSecond: 8 * hour, toSecond: 22 * hour },
    restDays: { fromSecond: 9 * hour, toSecond: 20 * hour },
  },
  calendar: {
    years: { from: 2_025, to: 2_026 },
    holidays: ['01-01', '01-02', '01-03', '01-04', '01-05', '01-06', '01-07', '01-08', ...movable],
    movedOn: movable,
    extra: ['2025-05-02', '2025-05-08', '2025-06-13', '2025-11-03', '2025-12-31', '2026-01-09', '2026-12-31'],
  },
  caps: [
    { period: 'day', talks: 1 },
    { period: 'week', talks: 2 },
    { period: 'month', talks: 8 },
  ],
}
