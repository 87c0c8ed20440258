using System.Globalization;
using System.Text.Json;

namespace Learning.Parameters;

/// <summary>A setting of a learner: a number between two bounds, or one of a few words.</summary>
/// <param name="IsInteger">Whether a number must be whole.</param>
/// <param name="Choices">The words; absent for a number.</param>
public sealed record ParameterSpec(string Name, string Description, double Least, double Most, bool IsInteger, IReadOnlyList<string>? Choices, object Default)
{
    public static ParameterSpec Number(string name, double preset, double least, double most, string description) => new(name, description, least, most, false, null, preset);

    public static ParameterSpec Integer(string name, int preset, int least, int most, string description) => new(name, description, least, most, true, null, (double)preset);

    /// <summary>The first is the default.</summary>
    public static ParameterSpec Choice(string name, IReadOnlyList<string> choices, string description) => new(name, description, 0, 0, false, choices, choices[0]);

    /// <exception cref="LearningException">It is none of those allowed.</exception>
    internal object Read(JsonElement value)
    {
        if (Choices is not null)
            return value.ValueKind == JsonValueKind.String && Choices.Contains(value.GetString()!) ? value.GetString()! : throw Bad();
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= Least && number <= Most && (!IsInteger || number == Math.Floor(number))
            ? number
            : throw Bad();
    }

    private LearningException Bad() => new(Name, Choices is not null
        ? $"Parameter '{Name}' must be one of {string.Join(", ", Choices)}."
        : string.Create(CultureInfo.InvariantCulture, $"Parameter '{Name}' must be {(IsInteger ? "a whole number" : "a number")} from {Least} to {Most}."));
}
