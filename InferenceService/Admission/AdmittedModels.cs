using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using InferenceService.Models;
using Microsoft.Extensions.Options;
using Microsoft.ML.OnnxRuntime;
using Onnx;

namespace InferenceService.Admission;

/// <summary>
/// Which models were admitted here, on disk, so that a restart does not try them again. Refusals are not kept: a trial may
/// have been too slow because the machine was busy.
/// </summary>
public sealed class AdmittedModels(IOptions<ModelOptions> options, IOptions<AdmissionOptions> limits)
{
    private readonly string root = Directory.CreateDirectory(Path.Combine(options.Value.CachePath, "admitted")).FullName;

    // Whatever could make another trial end differently: other limits, another ONNX Runtime, another build of this program.
    private readonly string conditions = string.Join(' ',
        JsonSerializer.Serialize(limits.Value, Trial.Json),
        OrtEnv.Instance().GetVersionString(),
        typeof(AdmittedModels).Module.ModuleVersionId,
        typeof(ModelInspector).Module.ModuleVersionId);

    public Trial? Find(string manifestJson, string sha256)
    {
        var path = PathOf(manifestJson, sha256);
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<Trial>(File.ReadAllBytes(path), Trial.Json) : null;
        }
        catch (JsonException)
        {
            return null; // the disk lost its end; it is written again
        }
    }

    public void Remember(string manifestJson, string sha256, Trial trial)
    {
        var path = PathOf(manifestJson, sha256);
        File.WriteAllBytes(path + ".partial", JsonSerializer.SerializeToUtf8Bytes(trial, Trial.Json));
        File.Move(path + ".partial", path, overwrite: true);
    }

    private string PathOf(string manifestJson, string sha256) =>
        Path.Combine(root, $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{sha256}\n{manifestJson}\n{conditions}")))}.json");
}
