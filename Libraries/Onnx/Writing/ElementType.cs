namespace Onnx.Writing;

/// <summary>Types of tensors that are written here, with the numbers of the schema.</summary>
public enum ElementType
{
    Float = 1,
    Int64 = 7,
    Bool = 9,
}
