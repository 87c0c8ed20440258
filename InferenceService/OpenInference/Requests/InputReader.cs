using System.Text.Json;
using InferenceService.Execution;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServiceDefaults.Problems;

namespace InferenceService.OpenInference.Requests;

/// <summary>One entry of <c>inputs</c>: named, shaped and typed as the model takes it, with its data in the JSON or after it.</summary>
internal sealed class InputReader(TensorContract model, RequestMemory memory, int maxBatch, int jsonLength, BinaryInputs? binary)
{
    private const int MaxRank = 16;
    private static readonly string[] Once = ["name", "datatype", "shape", "parameters", "data"];

    /// <param name="reader">At the entry's start.</param>
    /// <param name="tensors">By the model's index; gets the tensor.</param>
    public void Read(ref Utf8JsonReader reader, int position, InputTensor?[] tensors)
    {
        var field = $"inputs[{position}]";
        if (reader.TokenType != JsonTokenType.StartObject)
            throw ProblemException.Invalid(field, $"'{field}' must be an object.");
        string? name = null, datatype = null;
        int[]? shape = null;
        long? binarySize = null;
        InputTensor? tensor = null;
        Utf8JsonReader early = default; // where the data began, if before all that is needed to read them
        var (given, isEarly, seen) = (false, false, 0);
        while (reader.NextProperty() is { } property)
        {
            JsonSteps.RefuseAgain(property, Once, ref seen, $"{field}.");
            switch (property)
            {
                case "name":
                    name = reader.Text($"{field}.name");
                    break;
                case "datatype":
                    datatype = reader.Text($"{field}.datatype");
                    break;
                case "shape":
                    shape = ReadShape(ref reader, $"{field}.shape");
                    break;
                case "parameters":
                    binarySize = InferParameters.Read(ref reader, $"{field}.").BinaryDataSize;
                    break;
                case "data":
                    given = true;
                    reader.Read();
                    if (name is not null && datatype is not null && shape is not null)
                        tensor = FromJson(ref reader, Declare(field, name, datatype, shape), shape);
                    else
                    {
                        early = reader;
                        isEarly = true;
                        reader.Skip();
                    }
                    break;
                default:
                    reader.Read();
                    reader.Skip();
                    break;
            }
        }
        var spec = Declare(field, name, datatype, shape);
        if (given == binarySize is not null)
            throw ProblemException.Invalid(spec.Name, $"The input '{spec.Name}' needs either 'data' or the parameter 'binary_data_size'.");
        tensor = isEarly ? FromJson(ref early, spec, shape!) : tensor ?? FromBinary(spec, shape!, binarySize!.Value);
        var index = model.IndexOfInput(spec.Name);
        if (tensors[index] is not null)
            throw ProblemException.Invalid(field, $"The input '{spec.Name}' is there twice.");
        tensors[index] = tensor;
    }

    private TensorSpec Declare(string field, string? name, string? datatype, int[]? shape)
    {
        if (name is null)
            throw ProblemException.Invalid($"{field}.name", $"'{field}' has no 'name'.");
        var index = model.IndexOfInput(name);
        if (index < 0)
            throw ProblemException.Invalid(field, $"'{model.Model}' has no input '{name}'; it takes {string.Join(", ", model.Inputs.Select(input => input.Name))}.");
        var spec = model.Inputs[index];
        if (datatype == Datatypes.Bytes)
            throw new ProblemException(StatusCodes.Status501NotImplemented, "not-implemented", $"The input '{name}' is sent as BYTES; strings are not served.") { Field = name };
        if (datatype != Datatypes.NameOf(spec.ElementType))
            throw ProblemException.Invalid(name, $"The input '{name}' is sent as {datatype ?? "no datatype"}; the model takes {Datatypes.NameOf(spec.ElementType)}.");
        if (shape is null)
            throw ProblemException.Invalid(name, $"The input '{name}' has no 'shape'.");
        CheckShape(spec, shape);
        return spec;
    }

    private void CheckShape(TensorSpec spec, int[] shape)
    {
        var wanted = model.ShapeOf(spec);
        if (shape.Length != wanted.Length || shape.Zip(wanted).Any(side => side.First < 1 || (side.Second >= 0 && side.First != side.Second)))
            throw ProblemException.Invalid(spec.Name, $"The input '{spec.Name}' is [{string.Join(',', shape)}]; the model takes [{string.Join(',', wanted)}].");
        if (model.HasBatchAxis && shape[0] > maxBatch)
            throw ProblemException.TooLarge(spec.Name, $"At most {maxBatch} items fit in one request; the input '{spec.Name}' has {shape[0]}.");
    }

    private InputTensor FromJson(ref Utf8JsonReader reader, TensorSpec spec, int[] shape)
    {
        if (Datatypes.IsBinaryOnly(spec.ElementType))
            throw ProblemException.Invalid(spec.Name, $"The input '{spec.Name}' is {Datatypes.NameOf(spec.ElementType)}, which JSON does not carry: send it as binary data.");
        // A shape alone gets no memory: every value takes at least two bytes of the JSON.
        var count = CountOf(shape);
        if (count > jsonLength / 2 + 1)
            throw ProblemException.Invalid(spec.Name, $"The data of input '{spec.Name}' has fewer values than the {count} of its shape.");
        var length = checked((int)(count * spec.ElementSize));
        var buffer = memory.Rent(length);
        new TensorJsonReader(spec, buffer.AsSpan(0, length)).Read(ref reader, shape);
        return new InputTensor(spec, shape, buffer.AsMemory(0, length), buffer);
    }

    private InputTensor FromBinary(TensorSpec spec, int[] shape, long size)
    {
        if (binary is null)
            throw ProblemException.Invalid("Inference-Header-Content-Length", $"The input '{spec.Name}' comes after the JSON; the header Inference-Header-Content-Length has to say where that ends.");
        if (CountOf(shape) * spec.ElementSize != size)
            throw ProblemException.Invalid(spec.Name, $"The input '{spec.Name}' has {size} bytes; its shape and datatype make {CountOf(shape) * spec.ElementSize}.");
        var data = binary.Take(spec.Name, (int)Math.Min(size, int.MaxValue));
        CheckValues(model, spec, data.Span);
        return new InputTensor(spec, shape, data, Rented: null);
    }

    /// <summary>What JSON can't say, bytes can: NaN, infinities, and booleans that are neither.</summary>
    public static void CheckValues(TensorContract model, TensorSpec spec, ReadOnlySpan<byte> data)
    {
        if (spec.ElementType == TensorElementType.Bool && TensorValues.IndexOfNoBoolean(data) is var wrong and >= 0)
            throw ProblemException.Invalid(spec.Name, $"The input '{spec.Name}' has a byte at {wrong} that is neither 0 nor 1.");
        if (!model.AllowsNonFinite && TensorValues.IndexOfNonFinite(spec.ElementType, data) is var index and >= 0)
            throw ProblemException.Invalid(spec.Name, $"The input '{spec.Name}' has a value at {index} that is not finite.");
    }

    private static Int128 CountOf(int[] shape) => shape.Aggregate(Int128.One, (product, side) => Int128.Min(product * side, long.MaxValue));

    private static int[] ReadShape(ref Utf8JsonReader reader, string field)
    {
        reader.Enter(JsonTokenType.StartArray, field);
        var shape = new List<int>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out var side) || side < 0)
                throw ProblemException.Invalid(field, $"'{field}' must be sizes from 1 to {int.MaxValue}.");
            if (shape.Count == MaxRank)
                throw ProblemException.Invalid(field, $"'{field}' has more than {MaxRank} axes.");
            shape.Add(side);
        }
        return [.. shape];
    }
}
