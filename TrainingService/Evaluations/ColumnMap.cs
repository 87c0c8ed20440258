using System.Buffers.Binary;
using ServiceDefaults.Problems;
using TrainingService.Datasets.Schema;

namespace TrainingService.Evaluations;

/// <summary>Rows as a data set stores them to rows as a version takes them: columns by their names, categories by their values.</summary>
internal sealed class ColumnMap
{
    private const float Unknown = -1;
    private readonly (int From, float[]? Values)[] columns;

    private ColumnMap((int From, float[]? Values)[] columns) => this.columns = columns;

    /// <summary>Numbers of a row.</summary>
    public int Width => columns.Length;

    /// <exception cref="ProblemException">422: the data set lacks columns of the version, or has them as something else; names them.</exception>
    public static ColumnMap Of(IReadOnlyList<ServedColumn> wanted, DatasetSchema schema, ValueLists values)
    {
        var places = schema.Columns.Index().ToDictionary(column => column.Item.Name, column => column.Index, StringComparer.Ordinal);
        var missing = wanted.Where(column => !places.ContainsKey(column.Name)).Select(column => column.Name).ToArray();
        if (missing.Length > 0)
            throw ProblemException.Unusable("dataset", $"The version takes columns that the data set does not have: {string.Join(", ", missing)}.");
        var other = wanted.Where(column => !Fits(schema.Columns[places[column.Name]].Type, column.Type)).Select(column => column.Name).ToArray();
        if (other.Length > 0)
            throw ProblemException.Unusable("dataset", $"The version takes these columns as something else than the data set has them: {string.Join(", ", other.Select(name => $"{name} ({wanted.First(c => c.Name == name).Type}, not {schema.Columns[places[name]].Type.ToString().ToLowerInvariant()})"))}.");
        return new ColumnMap([.. wanted.Select(column => (places[column.Name], column.Type == "category" ? Indexes(values[places[column.Name]], column.Values ?? []) : null))]);
    }

    /// <param name="features">float32, little endian, by the data set's columns.</param>
    /// <param name="cells">[<see cref="Width"/>]</param>
    public void Write(ReadOnlySpan<byte> features, Span<float> cells)
    {
        for (var i = 0; i < columns.Length; i++)
        {
            var (from, values) = columns[i];
            var cell = BinaryPrimitives.ReadSingleLittleEndian(features[(from * sizeof(float))..]);
            cells[i] = values is null || float.IsNaN(cell) ? cell : values[(int)cell];
        }
    }

    /// <summary>By the data set's index of a value, the version's.</summary>
    private static float[] Indexes(ValueList known, IReadOnlyList<string> wanted)
    {
        var places = wanted.Index().ToDictionary(value => value.Item, value => (float)value.Index, StringComparer.Ordinal);
        return [.. known.All.Select(value => places.GetValueOrDefault(value, Unknown))];
    }

    // A boolean is 0 or 1, which a number may be.
    private static bool Fits(ColumnType stored, string wanted) =>
        wanted == stored.ToString().ToLowerInvariant() || (stored == ColumnType.Boolean && wanted == "number");
}
