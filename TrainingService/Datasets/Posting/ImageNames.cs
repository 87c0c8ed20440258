using TrainingService.Datasets.Schema;

namespace TrainingService.Datasets.Posting;

/// <summary>The name of a zip's entry: its last folder is the class. Names are never used as paths; one that tries to be another's is refused all the same.</summary>
internal static class ImageNames
{
    /// <summary>Null: the name is no good, for the reason that <paramref name="problem"/> tells.</summary>
    public static string? LabelOf(string name, out string? problem)
    {
        problem = null;
        var parts = name.Split('/');
        if (name.Contains('\\') || name.Contains(':') || parts.Any(part => part is "" or "." or ".."))
            problem = "The name leads out of the zip or is no plain path.";
        else if (parts.Length < 2)
            problem = "The image is in no folder; the folder's name is the label.";
        else
            problem = ProblemOf(parts[^2]);
        return problem is null ? parts[^2] : null;
    }

    /// <summary>What is wrong with a label that is a folder's name; null when nothing is.</summary>
    public static string? ProblemOf(string label) =>
        string.IsNullOrWhiteSpace(label) || label.Length > ValueList.MaxLength || label is "." or ".." || label.Any(c => c is '/' or '\\' or ':' or '\uFFFD' || char.IsControl(c))
            ? $"An image's label has 1 to {ValueList.MaxLength} characters, none of them a slash, a colon or a control character."
            : null;
}
