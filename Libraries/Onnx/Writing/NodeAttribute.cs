namespace Onnx.Writing;

/// <summary>A named setting of a node.</summary>
public sealed class NodeAttribute
{
    private const int NameField = 1, RealField = 2, NumberField = 3, TextField = 4, RealsField = 7, NumbersField = 8, TextsField = 9, TypeField = 20;
    private const int Real = 1, Number = 2, Text = 3, Reals = 6, Numbers = 7, Texts = 8;

    private NodeAttribute(string name, int type, Func<WireMessage, WireMessage> value) =>
        Message = value(new WireMessage().Text(NameField, name)).Number(TypeField, type);

    internal WireMessage Message { get; }

    public static NodeAttribute Of(string name, long value) => new(name, Number, message => message.Number(NumberField, value));

    public static NodeAttribute Of(string name, float value) => new(name, Real, message => message.Real(RealField, value));

    public static NodeAttribute Of(string name, string value) => new(name, Text, message => message.Text(TextField, value));

    public static NodeAttribute Of(string name, IReadOnlyList<long> values) => new(name, Numbers, message => message.Numbers(NumbersField, values));

    public static NodeAttribute Of(string name, IReadOnlyList<float> values) => new(name, Reals, message => message.Reals(RealsField, [.. values]));

    public static NodeAttribute Of(string name, IReadOnlyList<string> values) =>
        new(name, Texts, message => values.Aggregate(message, (so, value) => so.Text(TextsField, value)));
}
