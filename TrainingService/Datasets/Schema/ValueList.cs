using System.Text;

namespace TrainingService.Datasets.Schema;

/// <summary>The values of one category by their index; a row has the index.</summary>
internal sealed class ValueList(int max)
{
    public const int MaxLength = 200;

    private readonly Dictionary<string, int> indexes = new(StringComparer.Ordinal);
    private readonly List<string> values = [];
    private readonly List<byte[]> utf8 = [];

    public int Max => max;

    public IReadOnlyList<string> All => values;

    /// <summary>How many of them the database has.</summary>
    public int Stored { get; private set; }

    public ReadOnlySpan<byte> Utf8(int index) => utf8[index];

    /// <summary>-1 when it is not there.</summary>
    public int Find(string value) => indexes.GetValueOrDefault(value, -1);

    /// <summary>Its index; -1 when there is no room for another.</summary>
    public int Add(string value) => values.Count < max ? Append(value) : -1;

    /// <summary>One that the database has, whatever the limit is today.</summary>
    public void AddStored(string value)
    {
        Append(value);
        Stored = values.Count;
    }

    public void MarkStored() => Stored = values.Count;

    private int Append(string value)
    {
        indexes.Add(value, values.Count);
        values.Add(value);
        utf8.Add(Encoding.UTF8.GetBytes(value));
        return values.Count - 1;
    }
}

/// <summary>The value lists of a data set, by column; and the classes of its label.</summary>
internal sealed class ValueLists(int columns, int maxValues)
{
    public const int ClassesColumn = -1;

    private readonly ValueList[] lists = [.. Enumerable.Range(0, columns).Select(_ => new ValueList(maxValues))];

    public ValueList Classes { get; } = new(maxValues);

    public ValueList this[int column] => column == ClassesColumn ? Classes : lists[column];

    public IEnumerable<(int Column, ValueList List)> All => lists.Index().Append((ClassesColumn, Classes));
}
