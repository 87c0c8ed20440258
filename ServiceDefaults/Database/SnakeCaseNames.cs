using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;

namespace ServiceDefaults.Database;

public static partial class SnakeCaseNames
{
    /// <summary>Columns are called as SQL calls them (<c>created_at</c>). Call it last in <c>OnModelCreating</c>; names given by hand stay.</summary>
    public static ModelBuilder UseSnakeCaseColumns(this ModelBuilder model)
    {
        foreach (var property in model.Model.GetEntityTypes().SelectMany(entity => entity.GetProperties()))
        {
            if (property.FindAnnotation("Relational:ColumnName") is null)
                property.SetColumnName(SnakeCase(property.Name));
        }
        return model;
    }

    private static string SnakeCase(string name) => WordStart().Replace(name, "_$0").ToLowerInvariant();

    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex WordStart();
}
