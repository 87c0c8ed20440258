using Microsoft.EntityFrameworkCore;

namespace TrainingService.Datasets;

/// <summary>Which rows are a person's: all of their own data sets, and in others those that they added, or that came of their feedback, whoever labelled them since.</summary>
internal static class SubjectRows
{
    private const string Columns = "SELECT l.dataset, l.id, l.added, l.removed, l.label FROM labels l";

    /// <summary>Numbers of the data sets that may have any, as SQL in which <c>{0}</c> is the person.</summary>
    public const string Datasets = """
        SELECT number FROM datasets WHERE owner = {0} UNION SELECT dataset FROM dataset_revisions WHERE caller = {0} UNION SELECT dataset FROM feedback_labels WHERE caller = {0}
        """;

    /// <summary>
    /// <c>dataset, id, added</c> (their key), <c>removed, label</c>, as SQL in which <c>{0}</c> is the person and <c>{1}</c> those data sets: the rows of no
    /// other are read, and those of each a few times, however many posts, versions or evaluations there are.
    /// </summary>
    public const string Labels = $$"""
        {{Columns}} JOIN datasets d ON d.number = l.dataset WHERE l.dataset = ANY({1}) AND d.owner = {0}
        UNION {{Columns}} JOIN dataset_revisions r ON r.dataset = l.dataset AND r.revision = l.added WHERE l.dataset = ANY({1}) AND r.caller = {0}
        UNION {{Columns}} JOIN dataset_revisions r ON r.dataset = l.dataset AND r.revision = l.origin WHERE l.dataset = ANY({1}) AND r.caller = {0}
        UNION {{Columns}} JOIN feedback_labels f ON f.dataset = l.dataset AND 'prediction:' || f.prediction = l.given_id WHERE l.dataset = ANY({1}) AND f.caller = {0}
        """;

    public static Task<int[]> DatasetsOfSubjectAsync(this TrainingDb db, string subject, CancellationToken cancellation) =>
        db.Database.SqlQueryRaw<int>($"""SELECT number AS "Value" FROM ({Datasets}) AS theirs""", subject).ToArrayAsync(cancellation);
}
