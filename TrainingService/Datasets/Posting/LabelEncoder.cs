using System.Globalization;
using TrainingService.Datasets.Schema;

namespace TrainingService.Datasets.Posting;

/// <summary>Labels as they are stored: a class, or a number in its shortest spelling. Learns what is told from the labels themselves.</summary>
internal sealed class LabelEncoder(LabelSpec spec, ValueList classes)
{
    /// <summary>More different numbers than this are no classes.</summary>
    private const int MaxNumericClasses = 100;

    private bool anyFraction;

    /// <summary>As the labels so far have it.</summary>
    public LabelSpec Spec => !spec.Inferred ? spec : spec with
    {
        Type = spec.Numeric && (spec.Type == LabelType.Number || anyFraction || classes.All.Count > MaxNumericClasses) ? LabelType.Number
            : classes.All.Count > 2 ? LabelType.MultiClass
            : LabelType.Binary,
    };

    /// <summary>Null: it can't be used, for the reason that <paramref name="problem"/> tells.</summary>
    public string? Encode(in RawValue value, out string? problem)
    {
        var text = Text(value, out problem);
        if (problem is not null || spec.Type == LabelType.Number || (spec.Inferred && spec.Numeric && (anyFraction || classes.All.Count > MaxNumericClasses)))
            return text;
        if (classes.Find(text!) >= 0)
            return text;
        problem = spec.Closed ? $"'{RowEncoder.Shown(text!)}' is not one of the data set's classes ({string.Join(", ", classes.All.Take(10))})."
            : spec is { Inferred: false, Type: LabelType.Binary } && classes.All.Count == 2 ? $"'{RowEncoder.Shown(text!)}' would be a third class; the label is binary ({classes.All[0]}, {classes.All[1]})."
            : classes.Add(text!) < 0 ? $"There are {classes.Max} classes already; Datasets:MaxCategories allows no more."
            : null;
        return text;
    }

    private string? Text(in RawValue value, out string? problem)
    {
        problem = null;
        if (value.Kind is RawKind.Absent or RawKind.Missing)
            problem = "The label is missing.";
        else if (value.Kind == RawKind.Other)
            problem = "A label is a string, a number or a boolean.";
        else if (spec.Numeric)
            return Number(value, out problem);
        else
            return Class(value, out problem);
        return null;
    }

    private string? Number(in RawValue value, out string? problem)
    {
        problem = null;
        if (!SchemaInference.TryNumber(value, out var number))
            problem = "The label must be a number, as the others are.";
        else if (!double.IsFinite(number))
            problem = "The label must be a finite number.";
        anyFraction |= number != Math.Floor(number);
        return problem is null ? (number + 0d).ToString("R", CultureInfo.InvariantCulture) : null;
    }

    private string? Class(in RawValue value, out string? problem)
    {
        // A number is a class where the schema has classes; among labels that were told to be texts, it is mixed up.
        var text = value.Kind switch
        {
            RawKind.True => "true",
            RawKind.False => "false",
            RawKind.Number => spec.Inferred ? null : value.Number.ToString("R", CultureInfo.InvariantCulture),
            _ => value.Text!,
        };
        problem = text is null ? "The label must be a string, as the others are."
            : string.IsNullOrWhiteSpace(text) || text.Length > ValueList.MaxLength || text.Contains('\0') ? $"A label has 1 to {ValueList.MaxLength} characters, none of them NUL."
            : null;
        return problem is null ? text : null;
    }
}
