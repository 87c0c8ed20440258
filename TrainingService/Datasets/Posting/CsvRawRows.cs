using Intake;
using ServiceDefaults.Problems;

namespace TrainingService.Datasets.Posting;

/// <summary>Records under a header that names the columns; an empty field is a missing value.</summary>
internal sealed class CsvRawRows(CsvReader csv) : IRawRows
{
    private string[]? header;
    private int[]? slots;
    private int number;

    public async ValueTask<IReadOnlyList<string>> ReadColumnsAsync(CancellationToken cancellation)
    {
        header = await csv.ReadAsync(cancellation) ? [.. csv.Fields.Select(name => name.Trim())] : [];
        return header;
    }

    public async ValueTask<bool> ReadAsync(CancellationToken cancellation)
    {
        number++;
        return await csv.ReadAsync(cancellation);
    }

    /// <exception cref="ProblemException">422: a column of the header is not one of the shape.</exception>
    public bool Read(RowShape shape, RawRow row, BadRows bad)
    {
        slots ??= [.. header!.Select(shape.Find)];
        row.Start(number, csv.Line);
        if (csv.Fields.Count != slots.Length)
        {
            bad.Add(row, null, $"The row has {csv.Fields.Count} fields, the header {slots.Length}.");
            return false;
        }
        for (var i = 0; i < slots.Length; i++)
            row.Set(slots[i], csv.Fields[i].Length == 0 ? new RawValue(RawKind.Missing, Typed: false) : new RawValue(RawKind.Text, Typed: false, Text: csv.Fields[i]));
        return true;
    }
}
