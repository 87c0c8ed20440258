using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using TrainingService.Evaluations;
using TrainingService.Policies;
using TrainingService.Runs;
using TrainingService.Runs.Artifacts;

namespace TrainingService;

/// <summary>How runs, evaluations and policies lie in their tables.</summary>
internal static class LearningModel
{
    /// <summary>Of what is stored and sent as JSON here: camelCase, words in kebab-case.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static ModelBuilder AddLearning(this ModelBuilder model)
    {
        var runs = model.Entity<Run>().ToTable("runs");
        runs.HasKey(run => run.Id);
        runs.Property(run => run.Kind).HasConversion(Word<RunKind>());
        runs.Property(run => run.Cause).HasConversion(Word<RunCause>());
        runs.Property(run => run.Status).HasConversion(Word<RunStatus>());
        runs.Property(run => run.Request).IsDocument();
        runs.Property(run => run.Progress).IsDocument();
        runs.Property(run => run.Result).HasColumnType("jsonb");
        runs.Property(run => run.Error).IsDocument();

        model.Entity<RunArtifact>().ToTable("run_artifacts").HasKey(artifact => new { artifact.Run, artifact.Name });

        var evaluations = model.Entity<Evaluation>().ToTable("evaluations");
        evaluations.HasKey(evaluation => evaluation.Id);
        evaluations.Property(evaluation => evaluation.Reference).IsDocument();
        evaluations.Property(evaluation => evaluation.Test).IsDocument();
        evaluations.Property(evaluation => evaluation.Training).IsDocument();
        evaluations.Property(evaluation => evaluation.Classes).IsDocument();

        var policies = model.Entity<DatasetPolicy>().ToTable("dataset_policies");
        policies.HasKey(policy => policy.Dataset);
        policies.Property(policy => policy.Policy).IsDocument();
        policies.Property(policy => policy.Refused).IsDocument();
        return model;
    }

    private static ValueConverter<TEnum, string> Word<TEnum>() where TEnum : struct, Enum =>
        new(value => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString()), text => Enum.Parse<TEnum>(text, ignoreCase: true));

    private static void IsDocument<T>(this PropertyBuilder<T> property) where T : class? => property.HasColumnType("jsonb").HasConversion(
        value => JsonSerializer.Serialize(value, Json), text => JsonSerializer.Deserialize<T>(text, Json)!);
}
