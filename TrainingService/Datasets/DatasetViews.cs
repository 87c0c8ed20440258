using ServiceDefaults.Problems;
using TrainingService.Datasets.Schema;

namespace TrainingService.Datasets;

/// <param name="Name">1 to 100 letters, digits, <c>.</c>, <c>_</c> or <c>-</c>; unique among the caller's own.</param>
/// <param name="Kind"><c>tabular</c> or <c>image</c>.</param>
/// <param name="Schema">Absent: the first labels say it.</param>
internal sealed record CreateDataset(string? Name, DatasetKind? Kind, SchemaRequest? Schema)
{
    private const int MaxName = 100;

    /// <exception cref="ProblemException">400</exception>
    public (string Name, DatasetKind Kind) Check()
    {
        if (Name is not { Length: > 0 and <= MaxName } || !Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-') || Guid.TryParse(Name, out _))
            throw ProblemException.Invalid("name", $"A name is 1 to {MaxName} letters, digits, '.', '_' or '-', and no id.");
        return (Name, Kind ?? throw ProblemException.Invalid("kind", "'kind' is tabular or image."));
    }
}

/// <summary>A data set as a caller sees it: values with the schema, and no number, which is the database's.</summary>
/// <param name="Schema">Absent until the first labels say it.</param>
/// <param name="Revision">One up with each change.</param>
/// <param name="Labels">Rows with a label.</param>
/// <param name="Unlabelled">Items that wait for one.</param>
internal sealed record DatasetView(
    Guid Id, string Name, DatasetKind Kind, string Owner, SchemaView? Schema, int Revision, long Labels, long Unlabelled, long Duplicates, DateTimeOffset CreatedAt)
{
    public static DatasetView From(Dataset d, ValueLists? values) =>
        new(d.Id, d.Name, d.Kind, d.Owner, d.Schema is null ? null : SchemaView.From(d.Schema, values), d.Revision, d.Labelled, d.Unlabelled, d.Duplicates, d.CreatedAt);
}

internal sealed record SchemaView(IReadOnlyList<ColumnView> Columns, LabelView Label)
{
    private const int MaxValues = 100;

    /// <param name="values">Absent in lists.</param>
    public static SchemaView From(DatasetSchema schema, ValueLists? values) => new(
        [.. schema.Columns.Select((c, i) => new ColumnView(c.Name, c.Type, c.Closed ? true : null, First(values?[i]), Count(values?[i])))],
        new LabelView(schema.Label.Type, schema.Label.Closed ? true : null, schema.Label.Inferred ? true : null, First(values?.Classes), Count(values?.Classes)));

    private static IReadOnlyList<string>? First(ValueList? list) => list is { All.Count: > 0 } ? [.. list.All.Take(MaxValues)] : null;

    private static int? Count(ValueList? list) => list is { All.Count: > 0 } ? list.All.Count : null;
}

/// <param name="Closed">True: no other values are taken.</param>
/// <param name="Values">Of a category, the first hundred.</param>
/// <param name="ValueCount">How many there are.</param>
internal sealed record ColumnView(string Name, ColumnType Type, bool? Closed, IReadOnlyList<string>? Values, int? ValueCount);

/// <param name="Inferred">True: the type follows the labels that come.</param>
internal sealed record LabelView(LabelType Type, bool? Closed, bool? Inferred, IReadOnlyList<string>? Values, int? ValueCount);

/// <param name="Changes">The last ones, newest first.</param>
internal sealed record DatasetDetails(DatasetView Dataset, IReadOnlyList<ChangeView> Changes)
{
    public const int MaxChanges = 20;
}

/// <param name="Labels">In the data set after it.</param>
internal sealed record ChangeView(int Revision, RevisionSource Source, string Caller, long Added, long Removed, long Duplicates, long Labels, DateTimeOffset Time)
{
    public static ChangeView From(DatasetRevision r) => new(r.Revision, r.Source, r.Caller, r.Added, r.Removed, r.Duplicates, r.Labelled, r.CreatedAt);
}

/// <param name="Next">Pass it as <c>cursor</c> for the page after; absent on the last.</param>
internal sealed record DatasetPage(IReadOnlyList<DatasetView> Items, string? Next);
