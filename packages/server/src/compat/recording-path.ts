/** Where a client fetches the sound of a call, with the token that it has. What lies directly in compat/ belongs to every room. */
export function recordingPath(callId: string): string {
  return `/dialwright/v1/calls/${callId}/recording`
}
