using System.Runtime.InteropServices;
using NUnit.Framework;
using TestSupport;

namespace Conformance;

/// <summary>Reference tensors, made with another build of ONNX Runtime without graph optimisation.</summary>
internal static class Golden
{
    // float32 sums in another order.
    private const float Tolerance = 2e-4f;

    public static byte[] Bytes(string file) => File.ReadAllBytes(SuiteData.Path("golden", $"{file}.f32"));

    public static float[] Floats(string file) => MemoryMarshal.Cast<byte, float>(Bytes(file)).ToArray();

    public static void ShouldEqual(this ReadOnlySpan<float> found, string file)
    {
        var wanted = Floats(file);
        Assert.That(found.Length, Is.EqualTo(wanted.Length));
        var scale = Math.Max(1, wanted.Max(Math.Abs));
        var worst = 0f;
        for (var i = 0; i < wanted.Length; i++)
            worst = Math.Max(worst, Math.Abs(wanted[i] - found[i]) / scale);
        Assert.That(worst, Is.LessThan(Tolerance), file);
    }

    public static void ShouldEqual(this float[] found, string file) => ((ReadOnlySpan<float>)found).ShouldEqual(file);
}
