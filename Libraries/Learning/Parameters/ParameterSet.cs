using System.Text.Json;

namespace Learning.Parameters;

/// <summary>A learner's parameters, every one with a value: the caller's or the default.</summary>
public sealed class ParameterSet
{
    private readonly Dictionary<string, object> values;

    private ParameterSet(Dictionary<string, object> values) => this.values = values;

    /// <summary>For a report; serialises to JSON.</summary>
    public IReadOnlyDictionary<string, object> Values => values;

    public static ParameterSet Defaults(IReadOnlyList<ParameterSpec> known) => Read(known, new Dictionary<string, JsonElement>());

    /// <exception cref="LearningException">A name that the learner does not know, or a value that it does not take.</exception>
    public static ParameterSet Read(IReadOnlyList<ParameterSpec> known, IReadOnlyDictionary<string, JsonElement> given)
    {
        foreach (var name in given.Keys)
        {
            if (known.All(spec => spec.Name != name))
                throw new LearningException(name, $"There is no parameter '{name}'; there are {string.Join(", ", known.Select(spec => spec.Name))}.");
        }
        return new ParameterSet(known.ToDictionary(spec => spec.Name, spec => given.TryGetValue(spec.Name, out var value) ? spec.Read(value) : spec.Default));
    }

    /// <summary>The same out of plain values.</summary>
    public static ParameterSet Read(IReadOnlyList<ParameterSpec> known, params IEnumerable<(string Name, object Value)> given) =>
        Read(known, given.ToDictionary(each => each.Name, each => JsonSerializer.SerializeToElement(each.Value)));

    public double Number(string name) => (double)values[name];

    public int Integer(string name) => (int)Number(name);

    public string Text(string name) => (string)values[name];
}
