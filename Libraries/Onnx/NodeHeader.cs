namespace Onnx;

/// <summary>A NodeProto without its attributes' content, but for the whole numbers that may be a shape.</summary>
internal sealed class NodeHeader
{
    private const int MostInputs = 4;
    private readonly List<string> inputs = [];

    public string Name { get; private set; } = "";
    public string OpType { get; private set; } = "";
    public string Domain { get; private set; } = "";
    public string FirstOutput { get; private set; } = "";

    /// <summary>The first few.</summary>
    public IReadOnlyList<string> Inputs => inputs;

    /// <summary>The attribute <c>shape</c>; or what a Constant holds, if that is a short list of whole numbers.</summary>
    public IReadOnlyList<long> Numbers { get; set; } = [];

    public void ReadField(WireReader reader, int field)
    {
        switch (field)
        {
            case Schema.Node.Input when inputs.Count < MostInputs:
                inputs.Add(reader.Text());
                break;
            case Schema.Node.Output when FirstOutput.Length == 0:
                FirstOutput = reader.Text();
                break;
            case Schema.Node.Name:
                Name = reader.Text();
                break;
            case Schema.Node.OpType:
                OpType = reader.Text();
                break;
            case Schema.Node.Domain:
                Domain = reader.Text();
                break;
        }
    }

    public override string ToString() => $"node {Text.Quoted(Name.Length > 0 ? Name : FirstOutput)} ({Text.Quoted(OpType)})";
}
