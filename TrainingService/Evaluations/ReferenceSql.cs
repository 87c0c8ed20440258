namespace TrainingService.Evaluations;

/// <summary>Which rows of <c>labels</c> are there, and which of them may be reference rows.</summary>
internal static class ReferenceSql
{
    // $1 the data set's number, $2 the revision: rows with labels that are there then.
    public const string There = "dataset = $1 AND label IS NOT NULL AND added <= $2 AND (removed IS NULL OR removed > $2)";

    // Of There: what callers said of predictions joins only where somebody vouches for it.
    public const string Vouched = """
        (trusted OR NOT EXISTS (SELECT FROM feedback_labels f WHERE f.dataset = labels.dataset
          AND f.prediction = CASE WHEN given_id ~ '^prediction:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN substr(given_id, 12)::uuid END))
        """;

    // Of so many rows of a class. With 25, ten may be spared for judging.
    public const string SharedOfClass = "greatest(ceil(rows * 0.2), CASE WHEN rows >= 25 THEN 10 ELSE 0 END)";

    // Not by the order of the hashes themselves: splits go by that. $3 the choice's number.
    public static string ShareOf(string rows) => $"""
        SELECT $1, id, $3 FROM (
          SELECT id, row_number() OVER (PARTITION BY label ORDER BY md5(content::text), id) AS place, count(*) OVER (PARTITION BY label) AS rows FROM labels WHERE {There} AND {Vouched} AND {rows}) ranked
        WHERE place <= {SharedOfClass}
        """;
}
