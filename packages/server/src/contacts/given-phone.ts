/** A phone as whoever brought the person wrote it: the spelling that the vendors' clients know their numbers by. */

/**
 * SQL; null for a call to or from a number that nobody brought, or whose contact is gone.
 * @param call  Alias of a row with `contact_id` and `phone_key`.
 */
export function givenPhone(call: string): string {
  return `(select p.given from contact_phone p where p.contact_id = ${call}.contact_id and p.phone_key = ${call}.phone_key
    order by p.position limit 1)`
}
