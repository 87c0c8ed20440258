using ServiceDefaults.Problems;

namespace TrainingService.Datasets.Schema;

/// <summary>A schema as a caller gives it: with the values, which are kept apart from it.</summary>
/// <param name="Columns">Absent for images.</param>
/// <param name="Label">Absent: told from the first labels.</param>
internal sealed record SchemaRequest(IReadOnlyList<ColumnRequest>? Columns, LabelRequest? Label)
{
    private const int MaxColumns = 4096, MaxName = 200;

    /// <exception cref="ProblemException">400 that names the field.</exception>
    public (DatasetSchema Schema, ValueLists Values) Read(bool images, int maxValues)
    {
        var columns = Columns ?? [];
        if (images ? columns.Count > 0 : columns.Count is 0 or > MaxColumns)
            throw ProblemException.Invalid("schema.columns", images ? "Images have no columns." : $"A schema has 1 to {MaxColumns} columns; without a schema, the first labels say it.");
        var values = new ValueLists(columns.Count, maxValues);
        for (var i = 0; i < columns.Count; i++)
            ReadColumn(columns, i, values);
        var label = ReadLabel(values);
        return (new DatasetSchema([.. columns.Select(c => new ColumnSpec(c.Name!, c.Type!.Value, c.Values is not null))], label), values);
    }

    private static void ReadColumn(IReadOnlyList<ColumnRequest> columns, int i, ValueLists values)
    {
        var (column, field) = ((ColumnRequest?)columns[i], $"schema.columns[{i}]");
        if (ProblemOf(column?.Name) is { } problem)
            throw ProblemException.Invalid($"{field}.name", problem);
        if (columns.Take(i).Any(other => other.Name == column!.Name))
            throw ProblemException.Invalid($"{field}.name", $"There is a column '{column!.Name}' already.");
        if (column!.Type is null)
            throw ProblemException.Invalid($"{field}.type", "A column's type is number, category or boolean.");
        if (column.Values is null)
            return;
        if (column.Type != ColumnType.Category)
            throw ProblemException.Invalid($"{field}.values", "Only a category has values.");
        AddAll(values[i], column.Values, $"{field}.values");
    }

    private LabelSpec ReadLabel(ValueLists values)
    {
        if (Label is null)
            return new LabelSpec(LabelType.MultiClass, Closed: false, Inferred: true, Numeric: false);
        if (Label.Type is not { } type)
            throw ProblemException.Invalid("schema.label.type", "A label's type is binary, multi-class or number.");
        if (Label.Values is null)
            return new LabelSpec(type, Closed: false, Inferred: false, Numeric: type == LabelType.Number);
        if (type == LabelType.Number)
            throw ProblemException.Invalid("schema.label.values", "A label that is a number has no values.");
        if (type == LabelType.Binary && Label.Values.Count != 2)
            throw ProblemException.Invalid("schema.label.values", "A binary label has two values.");
        AddAll(values.Classes, Label.Values, "schema.label.values");
        return new LabelSpec(type, Closed: true, Inferred: false, Numeric: false);
    }

    private static void AddAll(ValueList list, IReadOnlyList<string> values, string field)
    {
        for (var i = 0; i < values.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(values[i]) || values[i].Length > ValueList.MaxLength || values[i].Contains('\0'))
                throw ProblemException.Invalid($"{field}[{i}]", $"A value has 1 to {ValueList.MaxLength} characters, none of them NUL.");
            if (list.Find(values[i]) >= 0)
                throw ProblemException.Invalid($"{field}[{i}]", $"'{values[i]}' is there twice.");
            if (list.Add(values[i]) < 0)
                throw ProblemException.Invalid(field, $"At most {list.Max} values are taken (Datasets:MaxCategories).");
        }
    }

    /// <summary>What is wrong with a column's name; null when nothing is.</summary>
    public static string? ProblemOf(string? name) => name switch
    {
        null or "" => "A column needs a name.",
        _ when DatasetSchema.ReservedNames.Contains(name) => $"'{name}' says something about the row and can't be a column.",
        _ when name.Length > MaxName || name.Any(char.IsControl) => $"A column's name has at most {MaxName} characters, none of them a control character.",
        _ => null,
    };
}

/// <param name="Values">Of a category: those that may come. Absent: any may.</param>
internal sealed record ColumnRequest(string? Name, ColumnType? Type, IReadOnlyList<string>? Values);

/// <param name="Values">The classes. Absent: those that come.</param>
internal sealed record LabelRequest(LabelType? Type, IReadOnlyList<string>? Values);
