using NUnit.Framework;
using Onnx;
using TestSupport;

namespace Unit.Onnx;

/// <summary>The limits' defaults stand in nobody's way.</summary>
[TestFixture]
public sealed class RealModelTests
{
    [Test]
    public void Every_model_that_ships_passes([ValueSource(nameof(Shipped))] string path) =>
        Assert.That(ModelInspector.Inspect(Path.Combine(Repository.Root, path), new ModelLimits()).Nodes, Is.Positive);

    [TestCase("mobilenetv2/mobilenetv2-fp32.onnx")]
    [TestCase("mobilenetv2/mobilenetv2-int8.onnx")]
    [TestCase("squeezenet/squeezenet-fp32.onnx")]
    [TestCase("mask-aizoo/aizoo-260.onnx")]
    [TestCase("face-detect/version-RFB-320.onnx")]
    [TestCase("face-detect/version-slim-320.onnx")]
    [TestCase("face-detect/yunet_n_320_320.onnx")]
    [TestCase("face-detect/yunet_n_dynamic.onnx")]
    [TestCase("face-embed/MobileFaceNet.onnx")]
    [TestCase("face-embed/mobilefacenet-dynamic-batch.onnx")]
    public void Public_models_pass(string file)
    {
        var facts = ModelInspector.Inspect(SuiteData.Path("models", file), new ModelLimits());

        Assert.That(facts.Nodes, Is.GreaterThan(20), facts.ToString());
        Assert.That(facts.ConstantBytes, Is.GreaterThan(facts.FileBytes / 2).And.LessThan(facts.FileBytes * 2), facts.ToString());
        TestContext.Out.WriteLine(facts);
    }

    private static IEnumerable<string> Shipped() =>
        Directory.EnumerateFiles(Repository.Path("models"), "*.onnx", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Repository.Root, path));
}
