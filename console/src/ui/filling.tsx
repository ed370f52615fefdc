/**
 * Stands where the first answer is awaited that will make its section higher:
 * what is below waits for it (style.css). A Grid has the mark itself.
 */
export const Filling = ({ until }: { until: { loading: boolean } }) => until.loading && <span data-filling="" />;
