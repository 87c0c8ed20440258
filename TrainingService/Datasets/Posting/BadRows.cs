using ServiceDefaults.Problems;

namespace TrainingService.Datasets.Posting;

/// <summary>What is wrong with the rows of a post: the first hundred, and how many there are.</summary>
internal sealed class BadRows
{
    private const int MaxListed = 100, MaxShown = 40;
    private readonly List<BadRow> listed = [];
    private int lastRow;

    /// <summary>Rows, however many things are wrong with each.</summary>
    public long Count { get; private set; }

    public bool Any => Count > 0;

    public void Add(RawRow row, string? column, string reason) => Add(row.Number, row.Line, column, reason);

    /// <param name="name">What the item is called in the file, for one without a line.</param>
    public void Add(int row, int? line, string? column, string reason, string? name = null)
    {
        if (row != lastRow)
            Count++;
        lastRow = row;
        if (listed.Count < MaxListed)
            listed.Add(new BadRow(row, line, column, name, reason));
    }

    /// <param name="rows">Of the whole post.</param>
    public ProblemException ToProblem(long rows) =>
        new(StatusCodes.Status422UnprocessableEntity, "bad-rows", $"{Count} of {rows} rows can't be used; nothing was stored. The first: {listed[0]}")
        {
            Errors = listed.Take(MaxShown).GroupBy(bad => bad.Field).ToDictionary(field => field.Key, field => field.Select(bad => bad.Reason).ToArray()),
            Extensions = new Dictionary<string, object?> { ["badRows"] = Count, ["rows"] = listed },
        };
}

/// <param name="Row">From 1, without a header.</param>
/// <param name="Line">Of the file; absent where the input has no lines.</param>
/// <param name="Column">Absent when it is the row as such.</param>
/// <param name="Name">Of a zip's entry.</param>
internal sealed record BadRow(int Row, int? Line, string? Column, string? Name, string Reason)
{
    internal string Field => Name ?? (Column is null ? $"rows[{Row}]" : $"rows[{Row}].{Column}");

    public override string ToString() => (Name, Line, Column) switch
    {
        ({ } name, _, _) => $"'{name}': {Reason}",
        (_, { } line, { } column) => $"line {line}, column '{column}': {Reason}",
        (_, { } line, null) => $"line {line}: {Reason}",
        (_, null, { } column) => $"row {Row}, column '{column}': {Reason}",
        _ => $"row {Row}: {Reason}",
    };
}
