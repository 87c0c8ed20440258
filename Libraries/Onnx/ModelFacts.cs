namespace Onnx;

/// <summary>What a look at a model file tells without loading it.</summary>
/// <param name="Constants">Initialisers and the tensors of Constant nodes.</param>
public sealed record ModelFacts(long FileBytes, long IrVersion, long Opset, int Nodes, int Constants, long ConstantBytes, int GraphDepth);
