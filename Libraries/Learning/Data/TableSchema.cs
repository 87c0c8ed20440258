using System.Text.Json.Serialization;

namespace Learning.Data;

/// <summary>
/// The columns of a table in their order, which is that of the exported model's input, and the classes that its labels count from 0;
/// or that its labels are numbers, which have no classes. Serialises to JSON and back.
/// </summary>
public sealed record TableSchema
{
    /// <summary>A label that is a number lies between this and its negative: the square of a much larger one is no float32 any more.</summary>
    public const double LargestNumber = 1e18;

    /// <exception cref="LearningException">No column, a name that occurs twice, or fewer than two classes.</exception>
    public TableSchema(IReadOnlyList<Column> columns, IReadOnlyList<string> classes)
        : this(columns, classes, isNumeric: false)
    {
    }

    [JsonConstructor]
    private TableSchema(IReadOnlyList<Column> columns, IReadOnlyList<string> classes, bool isNumeric)
    {
        (Columns, Classes, IsNumeric) = (columns, classes, isNumeric);
        if (columns.Count == 0)
            throw new LearningException("columns", "The schema has no column.");
        if (columns.GroupBy(column => column.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new LearningException(twice.Key, $"Column '{twice.Key}' occurs twice.");
        if (isNumeric && classes.Count > 0)
            throw new LearningException("label", "A label that is a number has no classes.");
        if (!isNumeric && classes.Count < 2)
            throw new LearningException("label", $"The label has {classes.Count} class; two are the least that can be told apart.");
        if (classes.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } same)
            throw new LearningException("label", $"The class '{same.Key}' occurs twice.");
    }

    public IReadOnlyList<Column> Columns { get; }

    /// <summary>None where the label is a number.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>The label is a number, and what is learned is to predict it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsNumeric { get; }

    /// <summary>Numbers in a row of an answer: a probability per class, or the number.</summary>
    internal int Outputs => IsNumeric ? 1 : Classes.Count;

    /// <summary>Whose label is a number.</summary>
    /// <exception cref="LearningException">No column, or a name that occurs twice.</exception>
    public static TableSchema OfNumber(IReadOnlyList<Column> columns) => new(columns, [], isNumeric: true);

    /// <summary>Of numbers alone, as embeddings are: <c>e0, e1, ...</c></summary>
    public static TableSchema OfEmbeddings(int width, IReadOnlyList<string> classes) =>
        new([.. Enumerable.Range(0, width).Select(i => new Column($"e{i}", ColumnKind.Number))], classes);
}
