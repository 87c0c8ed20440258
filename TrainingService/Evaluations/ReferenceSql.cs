using TrainingService.LabelKinds;

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

    // Of There: what no version can have seen that was trained on revision $4 or before it, whatever label or id the same content had then. By OFFSET each
    // looks by index: after a large post Postgres would compare each row with each (over 60 s for 100,000 beside a million, else 1 s).
    public const string Unseen = """
        added > $4
          AND NOT EXISTS (SELECT FROM labels was WHERE was.dataset = $1 AND was.content = labels.content AND was.removed IS NULL AND was.label IS NOT NULL AND was.added <= $4 OFFSET 0)
          AND NOT EXISTS (SELECT FROM labels was WHERE was.dataset = $1 AND was.content = labels.content AND was.removed IS NOT NULL AND was.label IS NOT NULL AND was.added <= $4 OFFSET 0)
        """;

    // Not by the order of the hashes themselves: splits go by that. $3 the choice's number.
    public static string ShareOf(ReferenceRule rule, string rows) => $"SELECT $1, id, $3 FROM ({RankedOf(rule, rows)}) ranked WHERE place <= {rule.Share}";

    // What joins a choice that is there. $5 labels that have enough; $6 strata that get no more than $7.
    public static string GrowthOf(ReferenceRule rule) => $"""
        SELECT id, stratum FROM ({RankedOf(rule, $"{Unseen} AND label <> ALL ($5)")}) ranked
        WHERE place <= least({rule.Share}, (SELECT most FROM unnest($6, $7) AS few (name, most) WHERE few.name = stratum))
        """;

    // Rows of each stratum that are trusted, and that a share would be.
    public static string StrataOf(ReferenceRule rule) => $"""
        SELECT stratum, trusted, {rule.Share}::bigint FROM (
          SELECT stratum, count(*) AS rows, count(*) FILTER (WHERE trusted) AS trusted FROM (SELECT {rule.Stratum} AS stratum, trusted FROM labels WHERE {There}) there GROUP BY stratum) strata
        """;

    private static string RankedOf(ReferenceRule rule, string rows) => $"""
        SELECT id, stratum, row_number() OVER (PARTITION BY stratum ORDER BY md5(content::text), id) AS place, count(*) OVER (PARTITION BY stratum) AS rows FROM (
          SELECT id, content, {rule.Stratum} AS stratum FROM labels WHERE {There} AND {Vouched} AND {rows}) strata
        """;
}
