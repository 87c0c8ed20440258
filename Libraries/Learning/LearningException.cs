namespace Learning;

/// <summary>Data or parameters that nothing can be learned with. The message is for the person who sent them.</summary>
/// <param name="field">The column or parameter that is meant; <c>label</c> for the labels, <c>rows</c> for the data as a whole.</param>
public sealed class LearningException(string field, string message) : Exception(message)
{
    public string Field { get; } = field;
}
