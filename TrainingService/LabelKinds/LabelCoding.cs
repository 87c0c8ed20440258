using Learning.Data;

namespace TrainingService.LabelKinds;

/// <summary>Labels, which lie in the database as text, as learners have them: in 32 bits, by way of the file of rows.</summary>
internal abstract record LabelCoding
{
    public static LabelCoding Of(TableSchema schema) => schema.IsNumeric ? new NumberCoding() : new ClassCoding(schema.Classes);

    /// <summary>All that occur, in their order; of numbers none.</summary>
    public virtual IReadOnlyList<string> Classes => [];

    public abstract TableSchema SchemaOf(IReadOnlyList<Column> columns);

    public abstract int Encode(string label);

    /// <param name="cells">[columns]</param>
    /// <param name="label">Encoded.</param>
    /// <exception cref="Learning.LearningException">A cell is none that its column takes.</exception>
    public abstract void Add(TableBuilder table, ReadOnlySpan<float> cells, int label);
}

/// <summary>The index of the class.</summary>
internal sealed record ClassCoding(IReadOnlyList<string> Occurring) : LabelCoding
{
    private readonly Dictionary<string, int> index = Occurring.Index().ToDictionary(each => each.Item, each => each.Index, StringComparer.Ordinal);

    public override IReadOnlyList<string> Classes => Occurring;

    public override TableSchema SchemaOf(IReadOnlyList<Column> columns) => new(columns, Occurring);

    public override int Encode(string label) => index[label];

    public override void Add(TableBuilder table, ReadOnlySpan<float> cells, int label) => table.Add(cells, label);
}

/// <summary>The bits of the number as float32.</summary>
internal sealed record NumberCoding : LabelCoding
{
    public override TableSchema SchemaOf(IReadOnlyList<Column> columns) => TableSchema.OfNumber(columns);

    public override int Encode(string label) => BitConverter.SingleToInt32Bits(NumberLabels.Parse(label));

    public override void Add(TableBuilder table, ReadOnlySpan<float> cells, int label) => table.Add(cells, BitConverter.Int32BitsToSingle(label));
}
