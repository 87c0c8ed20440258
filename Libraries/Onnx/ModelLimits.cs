using System.ComponentModel.DataAnnotations;

namespace Onnx;

/// <summary>What a model file may hold at most. The defaults leave room for networks of half a gigabyte and for large tree ensembles.</summary>
public record ModelLimits
{
    /// <summary>Size of <c>model.onnx</c>.</summary>
    [Range(1, 2L << 30)]
    public long MaxFileBytes { get; init; } = 512L << 20;

    /// <summary>Nodes, those of subgraphs included; and no more constants than that.</summary>
    [Range(1, 10_000_000)]
    public int MaxNodes { get; init; } = 50_000;

    /// <summary>Graphs within graphs, as the branches of an If or the body of a Loop are.</summary>
    [Range(1, 64)]
    public int MaxGraphDepth { get; init; } = 8;

    /// <summary>All constants together, as their shapes declare them.</summary>
    [Range(1, 1L << 40)]
    public long MaxInitializerBytes { get; init; } = 512L << 20;

    /// <summary>One tensor that the graph makes out of constants alone, as by ConstantOfShape or Tile.</summary>
    [Range(1, 1L << 40)]
    public long MaxTensorBytes { get; init; } = 1L << 30;

    /// <summary>One output, as its shape declares it; open sides, such as the batch, count as one.</summary>
    [Range(1, 1L << 40)]
    public long MaxOutputBytes { get; init; } = 256L << 20;

    /// <summary>Version of the file format. This and the next are the newest that ONNX Runtime 1.29 takes.</summary>
    [Range(3, 1000)]
    public int MaxIrVersion { get; init; } = 13;

    /// <summary>Version of the standard operator set.</summary>
    [Range(7, 1000)]
    public int MaxOpset { get; init; } = 26;

    /// <summary>Whose operators may occur. Absent: the standard's (ai.onnx, ai.onnx.ml) and ONNX Runtime's own (com.microsoft).</summary>
    public IReadOnlyList<string>? OperatorDomains { get; init; }

    internal bool Allows(string domain) => (OperatorDomains ?? DefaultDomains).Contains(domain.Length == 0 ? "ai.onnx" : domain);

    internal string Domains => string.Join(", ", OperatorDomains ?? DefaultDomains);

    private static readonly string[] DefaultDomains = ["ai.onnx", "ai.onnx.ml", "com.microsoft"];
}
