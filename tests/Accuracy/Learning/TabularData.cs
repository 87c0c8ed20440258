using System.Globalization;
using System.IO.Compression;
using Learning.Data;
using TestSupport;

namespace Accuracy.Learning;

/// <summary>Public data sets in a fixed order of their own, one fifth of each held out.</summary>
internal static class TabularData
{
    public static Table Magic()
    {
        var lines = File.ReadAllLines(SuiteData.Path("tabular", "magic04.data")).Where(line => line.Length > 0).ToArray();
        var builder = new TableBuilder(new TableSchema([.. Enumerable.Range(0, 10).Select(i => new Column($"f{i}", ColumnKind.Number))], ["hadron", "gamma"]), lines.Length);
        foreach (var cells in lines.Select(line => line.Split(',')))
            builder.Add([.. cells[..10].Select(Number)], cells[10] == "g" ? 1 : 0);
        return builder.Build();
    }

    /// <summary>Codes as categories, amounts as numbers; the id is left out.</summary>
    public static Table Credit()
    {
        var lines = File.ReadAllLines(SuiteData.Path("tabular", "UCI_Credit_Card.csv")).Select(line => line.Split(',')).ToArray();
        var names = lines[0][1..^1];
        var rows = lines[1..];
        Column[] columns = [.. names.Select((name, c) => name is "GENDER" or "EDUCATION" or "MARRIAGE"
            ? new Column(name, ColumnKind.Category, [.. rows.Select(row => row[c + 1]).Distinct().Order()])
            : new Column(name, ColumnKind.Number))];
        var builder = new TableBuilder(new TableSchema(columns, ["pays", "defaults"]), rows.Length);
        foreach (var row in rows)
            builder.Add([.. columns.Select((column, c) => column.Kind == ColumnKind.Category ? column.Values.ToList().IndexOf(row[c + 1]) : Number(row[c + 1]))], Number(row[^1]));
        return builder.Build();
    }

    /// <summary>The same rows, with one of the columns for a label and the class for a column.</summary>
    public static Table Predicting(Table table, string column)
    {
        var (from, width) = (table.Schema.Columns.Index().First(each => each.Item.Name == column).Index, table.Schema.Columns.Count);
        var builder = new TableBuilder(TableSchema.OfNumber([.. table.Schema.Columns.Where((_, c) => c != from), new Column("class", ColumnKind.Category, table.Schema.Classes)]), table.Rows);
        var cells = new float[width];
        foreach (var row in table.AllRows())
        {
            table.CopyRows([row], cells);
            builder.Add([.. cells.Where((_, c) => c != from), table.Labels[row]], cells[from]);
        }
        return builder.Build();
    }

    /// <summary>The training pixels, 0..255, and then the test pixels.</summary>
    public static Table Mnist(int train, int test)
    {
        var builder = new TableBuilder(TableSchema.OfEmbeddings(28 * 28, [.. Enumerable.Range(0, 10).Select(digit => $"{digit}")]), train + test);
        Add(builder, "train", train);
        Add(builder, "t10k", test);
        return builder.Build();
    }

    // The files are ordered by class.
    private static void Add(TableBuilder builder, string part, int count)
    {
        var (pixels, labels) = (Read($"{part}-images-idx3-ubyte.gz")[16..], Read($"{part}-labels-idx1-ubyte.gz")[8..]);
        var order = Enumerable.Range(0, labels.Length).ToArray();
        new Random(1).Shuffle(order);
        foreach (var row in order.Take(count))
            builder.Add([.. pixels.AsSpan(row * 784, 784).ToArray().Select(pixel => (float)pixel)], labels[row]);
    }

    private static byte[] Read(string name)
    {
        using var file = new GZipStream(File.OpenRead(SuiteData.Path("mnist", name)), CompressionMode.Decompress);
        using var memory = new MemoryStream();
        file.CopyTo(memory);
        return memory.ToArray();
    }

    private static float Number(string text) => float.Parse(text, CultureInfo.InvariantCulture);
}
