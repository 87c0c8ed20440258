using System.Globalization;
using TrainingService.LabelKinds;

namespace TrainingService.Evaluations;

/// <summary>One figure that is asked for.</summary>
/// <param name="Name">As in a policy: <c>min...</c> is the least that passes, <c>max...</c> the most.</param>
internal sealed record Gate(string Name, double Bound)
{
    private bool IsMost => Name.StartsWith("max", StringComparison.Ordinal);

    /// <summary>Null: the report passes it.</summary>
    public string? WhyNot(LabelReport report)
    {
        var asked = Bound.ToString(CultureInfo.InvariantCulture);
        if (report.Gated(Name) is not { } figure)
            return $"{Name} {asked} can't be reached: the labels are {report.Kind.Name}, whose gates are {string.Join(", ", report.Kind.Gates)}";
        if (figure.Value is not { } value)
            return $"{figure.Name} is not known, as the labels of the reference rows do not vary; {Name} asks for {asked}";
        return IsMost
            ? value > Bound ? $"{figure.Name} {Over(value)} is over {Name} {asked}" : null
            : value < Bound ? $"{figure.Name} {Under(value)} is under {Name} {asked}" : null;
    }

    // Cut off, not rounded: 0.84999 is not 0.85.
    private static string Under(double value) => (Math.Floor(value * 10_000) / 10_000).ToString("0.####", CultureInfo.InvariantCulture);

    // An error may be of any size; it is never shown as small as what it exceeds.
    private string Over(double value)
    {
        var shown = value.ToString("G4", CultureInfo.InvariantCulture);
        return double.Parse(shown, CultureInfo.InvariantCulture) > Bound ? shown : value.ToString("R", CultureInfo.InvariantCulture);
    }
}
