namespace Learning.Data;

public enum ColumnKind { Number, Boolean, Category }

/// <summary>A feature. Its cells are float32: a boolean is 0 or 1, a category the index of its value or -1 for one that is not in the list, NaN is missing.</summary>
public sealed record Column
{
    public const float Unknown = -1;
    public const int MaxValues = 10_000;

    /// <param name="values">Of a category, each once; else absent.</param>
    /// <exception cref="LearningException">The values do not fit the kind.</exception>
    public Column(string name, ColumnKind kind, IReadOnlyList<string>? values = null)
    {
        (Name, Kind, Values) = (name, kind, values ?? []);
        if (kind != ColumnKind.Category && Values.Count > 0)
            throw new LearningException(name, $"Column '{name}' lists values and is no category.");
        if (kind == ColumnKind.Category && Values.Count == 0)
            throw new LearningException(name, $"Column '{name}' is a category and lists no values.");
        if (Values.Count > MaxValues)
            throw new LearningException(name, $"Column '{name}' has {Values.Count} categories; {MaxValues} are the most. A column with a value per row, such as an id, is nothing to learn from.");
        if (Values.Distinct().Count() != Values.Count)
            throw new LearningException(name, $"Column '{name}' lists the category '{Values.GroupBy(value => value).First(group => group.Count() > 1).Key}' twice.");
    }

    public string Name { get; }

    public ColumnKind Kind { get; }

    public IReadOnlyList<string> Values { get; }

    /// <summary>Whether a cell of the column may hold this.</summary>
    internal bool Accepts(float cell) => float.IsNaN(cell) || Kind switch
    {
        ColumnKind.Number => float.IsFinite(cell),
        ColumnKind.Boolean => cell is 0 or 1,
        _ => cell >= Unknown && cell < Values.Count && cell == MathF.Floor(cell),
    };

    internal string Expected => Kind switch
    {
        ColumnKind.Number => "a finite number",
        ColumnKind.Boolean => "0 or 1",
        _ => $"an index below {Values.Count}, or -1",
    };
}
