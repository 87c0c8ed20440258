using System.Text;
using System.Text.Json;

namespace TrainingService.Datasets.Posting;

/// <summary>The names that a row may have, and where their values go.</summary>
internal sealed class RowShape
{
    public const int LabelSlot = -1, IdSlot = -2, TrustedSlot = -3, NoSlot = -4;

    private readonly Dictionary<string, int> slots = new(StringComparer.Ordinal) { ["label"] = LabelSlot, ["id"] = IdSlot, ["trusted"] = TrustedSlot };
    private readonly byte[][] utf8;

    public RowShape(IReadOnlyList<string> columns)
    {
        Columns = columns;
        utf8 = [.. columns.Select(Encoding.UTF8.GetBytes)];
        foreach (var (index, name) in columns.Index())
            slots.Add(name, index);
    }

    public IReadOnlyList<string> Columns { get; }

    public int Find(string name) => slots.GetValueOrDefault(name, NoSlot);

    /// <param name="expected">The column that would come now, were the columns in their order: mostly they are.</param>
    /// <exception cref="InvalidOperationException">The name is no valid Unicode.</exception>
    public int Find(ref Utf8JsonReader property, int expected) =>
        expected < utf8.Length && property.ValueTextEquals(utf8[expected]) ? expected : Find(property.GetString()!);
}
