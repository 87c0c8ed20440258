namespace InferenceSuite.Contracts;

/// <summary>
/// The CloudEvents type of an event record, which is also its routing key on the exchange
/// <see cref="Events.Exchange"/>, for example <c>prediction.made</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class EventTypeAttribute(string name) : Attribute
{
    /// <summary>Dotted, lower case, past tense; a changed shape gets a suffix such as <c>.v2</c>.</summary>
    public string Name { get; } = name;
}
