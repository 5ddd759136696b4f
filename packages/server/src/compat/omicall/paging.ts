/** Pages as the vendor counts them: from 1; the page before the first is the first, the page behind the last is the last. */

export function paged(
  { page, size }: { readonly page: number; readonly size: number },
  total: number,
  items: readonly object[],
): object {
  const pages = Math.max(1, Math.ceil(total / size))
  return {
    page_number: page,
    page_size: size,
    total_items: total,
    total_pages: pages,
    has_next: page < pages,
    has_previous: page > 1,
    next_page: Math.min(page + 1, pages),
    previous_page: Math.min(Math.max(page - 1, 1), pages),
    items,
  }
}
