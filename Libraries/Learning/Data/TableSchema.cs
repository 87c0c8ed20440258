namespace Learning.Data;

/// <summary>The columns of a table in their order, which is that of the exported model's input, and the classes that its labels count from 0.</summary>
public sealed record TableSchema
{
    /// <exception cref="LearningException">No column, a name that occurs twice, or fewer than two classes.</exception>
    public TableSchema(IReadOnlyList<Column> columns, IReadOnlyList<string> classes)
    {
        (Columns, Classes) = (columns, classes);
        if (columns.Count == 0)
            throw new LearningException("columns", "The schema has no column.");
        if (columns.GroupBy(column => column.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new LearningException(twice.Key, $"Column '{twice.Key}' occurs twice.");
        if (classes.Count < 2)
            throw new LearningException("label", $"The label has {classes.Count} class; two are the least that can be told apart.");
        if (classes.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } same)
            throw new LearningException("label", $"The class '{same.Key}' occurs twice.");
    }

    public IReadOnlyList<Column> Columns { get; }

    public IReadOnlyList<string> Classes { get; }

    /// <summary>Of numbers alone, as embeddings are: <c>e0, e1, ...</c></summary>
    public static TableSchema OfEmbeddings(int width, IReadOnlyList<string> classes) =>
        new([.. Enumerable.Range(0, width).Select(i => new Column($"e{i}", ColumnKind.Number))], classes);
}
