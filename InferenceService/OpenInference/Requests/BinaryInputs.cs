using ServiceDefaults.Problems;

namespace InferenceService.OpenInference.Requests;

/// <summary>The bytes after the JSON, taken piece by piece in the order in which the JSON lists its inputs.</summary>
internal sealed class BinaryInputs(ReadOnlyMemory<byte> bytes)
{
    private int taken;

    public ReadOnlyMemory<byte> Take(string input, int length)
    {
        if (length > bytes.Length - taken)
            throw ProblemException.Invalid(input, $"The input '{input}' should have {length} bytes after the JSON; {bytes.Length - taken} are left for it.");
        taken += length;
        return bytes.Slice(taken - length, length);
    }

    public void ExpectEnd()
    {
        if (taken < bytes.Length)
            throw ProblemException.Invalid("binary_data_size", $"{bytes.Length - taken} bytes after the JSON belong to no input.");
    }
}
