using System.Globalization;
using TrainingService.Datasets.Schema;

namespace TrainingService.Datasets.Posting;

/// <summary>
/// Tells the columns' types from the first rows of the first post. A row that does not fit is not asked again: it is a bad row, not a
/// reason for another type.
/// </summary>
internal static class SchemaInference
{
    public const int SampleRows = 1000;

    /// <param name="rows">At their start.</param>
    public static async Task<DatasetSchema> InferAsync(IRawRows rows, bool labelled, CancellationToken cancellation)
    {
        var names = await rows.ReadColumnsAsync(cancellation);
        var columns = ColumnNames.ForSchema(names);
        var shape = new RowShape(columns);
        var (row, bad) = (new RawRow(columns.Count), new BadRows());
        var seen = columns.Select(_ => new Seen()).ToArray();
        bool? numericLabel = null;
        for (var i = 0; i < SampleRows && await rows.ReadAsync(cancellation); i++)
        {
            if (!rows.Read(shape, row, bad))
                continue; // told when all rows are read
            for (var c = 0; c < seen.Length; c++)
                seen[c].Add(row.Columns[c]);
            numericLabel ??= labelled && row.Label.Kind is not (RawKind.Absent or RawKind.Missing) ? IsNumber(row.Label) : null;
        }
        var label = new LabelSpec(LabelType.Binary, Closed: false, Inferred: true, Numeric: numericLabel ?? false);
        return new DatasetSchema([.. columns.Select((name, i) => new ColumnSpec(name, seen[i].Type, Closed: false))], label);
    }

    /// <summary>A number as a label or a field of CSV may spell it.</summary>
    public static bool TryNumber(in RawValue value, out double number)
    {
        number = value.Number;
        return value.Kind == RawKind.Number
            || (value is { Kind: RawKind.Text, Typed: false } && double.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out number));
    }

    public static bool? Truth(in RawValue value) => value.Kind switch
    {
        RawKind.True => true,
        RawKind.False => false,
        RawKind.Text when !value.Typed && value.Text!.Equals("true", StringComparison.OrdinalIgnoreCase) => true,
        RawKind.Text when !value.Typed && value.Text!.Equals("false", StringComparison.OrdinalIgnoreCase) => false,
        RawKind.Text when !value.Typed && value.Text == "1" => true,
        RawKind.Text when !value.Typed && value.Text == "0" => false,
        _ => null,
    };

    private static bool IsNumber(in RawValue value) => TryNumber(value, out _);

    /// <summary>The values of one column: in JSON the first one decides, in CSV all of them.</summary>
    private sealed class Seen
    {
        private ColumnType? first;
        private bool numbers = true, truths = true, any;

        public ColumnType Type => first ?? (!any || numbers ? ColumnType.Number : truths ? ColumnType.Boolean : ColumnType.Category);

        public void Add(in RawValue value)
        {
            if (value.Kind is RawKind.Absent or RawKind.Missing)
                return;
            any = true;
            if (value.Typed)
                first ??= value.Kind switch { RawKind.Number => ColumnType.Number, RawKind.True or RawKind.False => ColumnType.Boolean, _ => ColumnType.Category };
            numbers &= TryNumber(value, out _);
            truths &= value.Text is { } text && (text.Equals("true", StringComparison.OrdinalIgnoreCase) || text.Equals("false", StringComparison.OrdinalIgnoreCase));
        }
    }
}
