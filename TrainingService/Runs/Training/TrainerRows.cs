using Learning;
using Learning.Data;
using TrainingService.LabelKinds;

namespace TrainingService.Runs.Training;

/// <summary>The file of rows to a table, read through once.</summary>
internal static class TrainerRows
{
    private const int SayEvery = 50_000, Buffer = 1 << 20;

    /// <exception cref="LearningException">A cell is none that its column takes.</exception>
    public static (Table Table, RowOrigins Origins) Read(string path, TrainerOrder order, Action<RunProgress> say)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, Buffer, FileOptions.SequentialScan);
        using var rows = new RowsFileReader(file, order.Schema.Columns.Count);
        var (coding, table) = (LabelCoding.Of(order.Schema), new TableBuilder(order.Schema, order.Rows));
        var (contents, reference, copies) = (new UInt128[order.Rows], new bool[order.Rows], new bool[order.Rows]);
        for (var row = 0; row < order.Rows && rows.Read(); row++)
        {
            coding.Add(table, rows.Cells, rows.Label);
            (contents[row], reference[row], copies[row]) = (rows.Content, rows.Marks.HasFlag(RowMarks.Reference), rows.Marks.HasFlag(RowMarks.Copy));
            if (row % SayEvery == 0)
                say(new RunProgress("loading", row, order.Rows, null, null, DateTimeOffset.UtcNow));
        }
        return (table.Build(), new RowOrigins(contents, reference, copies));
    }
}
