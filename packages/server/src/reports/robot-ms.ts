/** How long the robot talked on a call: the whole of it, or until somebody else took it. */

/** @param call  Alias of `call` in a statement. */
export function robotMsOf(call: string): string {
  const untilHandOver = `round(extract(epoch from ${call}.robot_ended_at - ${call}.answered_at) * 1000)::integer`
  return `case when ${call}.robot_ended_at is null or ${call}.robot_ended_at >= ${call}.ended_at then ${call}.talk_ms
               else least(${call}.talk_ms, greatest(0, ${untilHandOver})) end`
}
