namespace TrainingService.Datasets.Posting;

internal enum RawKind : byte { Absent, Missing, Number, Text, True, False, Other }

/// <summary>A value as it was sent, before anybody asks what it should be.</summary>
/// <param name="Typed">From JSON, where a text is a text. In CSV all are, and "1" may be a number.</param>
internal readonly record struct RawValue(RawKind Kind, bool Typed, double Number = 0, string? Text = null);

/// <summary>One row as it was sent: a value for each column, and what it says about itself. Used again for each row.</summary>
internal sealed class RawRow(int columns)
{
    public RawValue[] Columns { get; } = new RawValue[columns];

    public RawValue Label { get; private set; }

    public RawValue Id { get; private set; }

    public RawValue Trusted { get; private set; }

    /// <summary>From 1.</summary>
    public int Number { get; private set; }

    /// <summary>Of the file; null where the input has no lines of its own, as a JSON array.</summary>
    public int? Line { get; private set; }

    public void Start(int number, int? line)
    {
        Array.Clear(Columns);
        (Number, Line, Label, Id, Trusted) = (number, line, default, default, default);
    }

    /// <summary>False when it has a value there already.</summary>
    public bool Set(int slot, RawValue value)
    {
        var before = slot >= 0 ? Columns[slot] : slot switch { RowShape.LabelSlot => Label, RowShape.IdSlot => Id, _ => Trusted };
        if (before.Kind != RawKind.Absent)
            return false;
        if (slot >= 0)
            Columns[slot] = value;
        else if (slot == RowShape.LabelSlot)
            Label = value;
        else if (slot == RowShape.IdSlot)
            Id = value;
        else
            Trusted = value;
        return true;
    }
}
